import { DAY_MS } from '#libs/contracts';
import { ActivityPattern, type ActiveUsers } from './activity-pattern.js';
import { inviteOf, type Invite } from './invites.js';
import { MembershipPattern, type MembershipHistory } from './memberships.js';
import { between, chance, indexOfUuid, uuidOf } from './random.js';

/** The last day of the period, which is a year long; there is no data after it. */
export const LAST_DAY = Date.UTC(2026, 9, 31);
export const DAYS = 365;
export const FIRST_DAY = LAST_DAY - (DAYS - 1) * DAY_MS;
const END = LAST_DAY + DAY_MS - 1000;

const [USER, ORG, WITHOUT_CREATION, OLD, CREATED, DELETED, DELETED_AT] = [
  10, 20, 30, 31, 32, 33, 34,
];
const MONTHS_BEFORE = 24;

/** Every 50th user has an e-mail at this domain, which the store excludes. */
export const EXCLUDED_DOMAIN = 'operator.example';
const EXCLUDED = 50;

/** A user or an org. Times are in milliseconds since 1970; without `createdAt`, only the id is known. */
export interface Subject {
  id: string;
  createdAt: number | undefined;
  deletedAt: number | undefined;
}

/** The shares of users and orgs with each property. */
interface Shares {
  withoutCreation: number;
  old: number;
  deleted: number;
}
const USERS: Shares = { withoutCreation: 0.005, old: 0.6, deleted: 0.02 };
const ORGS: Shares = { withoutCreation: 0.01, old: 0.7, deleted: 0.01 };

/**
 * The data of all measurements, generated from the number of users alone: U users,
 * U/10 orgs with sizes by Zipf's law, 1.2 U memberships, 0.3 U invites, and a year in which 15 % of the users are
 * active on an average day. Half of the activity of members names an org, and 2 % of the users are excluded. The same index always gives the same user, org, membership or
 * invite.
 */
export class ReferenceData {
  readonly orgs: number;
  readonly memberships: number;
  readonly invites: number;
  private pattern: ActivityPattern | undefined;
  private readonly membershipPattern: MembershipPattern;

  constructor(readonly users: number) {
    this.orgs = Math.floor(users / 10);
    this.memberships = Math.floor(users * 1.2);
    this.invites = Math.floor(users * 0.3);
    this.membershipPattern = new MembershipPattern(users, this.orgs, this.memberships, END);
  }

  user(index: number): Subject {
    return subject(USER, USERS, index);
  }

  emailOf(index: number): string {
    const domain = index % EXCLUDED === EXCLUDED - 1 ? EXCLUDED_DOMAIN : 'example.com';
    return `user${index}@${domain}`;
  }

  /** Whether a user is excluded. A user without a creation has no e-mail. */
  isExcluded(index: number): boolean {
    return index % EXCLUDED === EXCLUDED - 1 && this.user(index).createdAt !== undefined;
  }

  org(index: number): Subject {
    return subject(ORG, ORGS, index);
  }

  /** The index of a user's or an org's id. @throws Error when the id is not in the data */
  userIndex(id: string): number {
    return knownIndex(USER, id, this.users);
  }

  orgIndex(id: string): number {
    return knownIndex(ORG, id, this.orgs);
  }

  /** The user and the org of a membership, by index. */
  pair(index: number): { user: number; org: number } {
    return this.membershipPattern.pairOf(index);
  }

  membership(index: number): MembershipHistory {
    const { user, org } = this.pair(index);
    const since = Math.max(
      this.user(user).createdAt ?? FIRST_DAY,
      this.org(org).createdAt ?? FIRST_DAY,
    );
    return { user, org, steps: this.membershipPattern.stepsOf(index, since) };
  }

  invite(index: number): Invite {
    return inviteOf(index, this.users, this.orgs, { from: FIRST_DAY, before: END });
  }

  /** The users active on a day of the period. @param day 0 is the first, `DAYS - 1` the last */
  activeOn(day: number): ActiveUsers {
    this.pattern ??= new ActivityPattern(
      this.users,
      FIRST_DAY,
      DAYS,
      (user) => Math.floor(this.user(user).createdAt! / 1000),
      (user) => this.lifeOf(user),
      (user, drawn) => this.membershipPattern.namedBy(user, drawn),
    );
    return this.pattern.activeOn(day);
  }

  private lifeOf(index: number): { from: number; before: number } {
    const { createdAt, deletedAt } = this.user(index);
    const day = (at: number) => Math.floor((at - FIRST_DAY) / DAY_MS);
    return {
      from: createdAt === undefined ? -1 : Math.max(day(createdAt), -1),
      before: deletedAt === undefined ? DAYS : day(deletedAt),
    };
  }
}

function subject(kind: number, shares: Shares, index: number): Subject {
  const id = uuidOf(kind, index);
  const createdAt = creationOf(kind, shares, index);
  const isDeleted = chance(kind + DELETED, index) < shares.deleted;
  const earliest = Math.max(createdAt ?? FIRST_DAY, FIRST_DAY) + 60_000;
  // At 777 ms of its second, so that no membership step has the same time.
  const deletedAt = isDeleted
    ? Math.floor(between(kind + DELETED_AT, index, earliest, END) / 1000) * 1000 + 777
    : undefined;
  return {
    id,
    createdAt,
    deletedAt: deletedAt !== undefined && deletedAt < END ? deletedAt : undefined,
  };
}

/**
 * Subjects from before the period are created on the first of a month: each day with any activity takes half a
 * kilobyte per 4,096 users, and nearly empty days would distort the measured size.
 */
function creationOf(kind: number, shares: Shares, index: number): number | undefined {
  if (chance(kind + WITHOUT_CREATION, index) < shares.withoutCreation) return undefined;
  if (chance(kind + OLD, index) >= shares.old)
    return between(kind + CREATED, index, FIRST_DAY, END);
  const months = between(kind + CREATED, index, 1, MONTHS_BEFORE + 1);
  const first = new Date(FIRST_DAY);
  const day = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() - months, 1);
  return between(kind + CREATED + 1, index, day, day + DAY_MS);
}

function knownIndex(kind: number, id: string, count: number): number {
  const index = indexOfUuid(kind, id);
  if (index < count && uuidOf(kind, index) === id) return index;
  throw new Error(`The reference data has no ${id}.`);
}
