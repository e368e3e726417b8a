import { between, chance } from './random.js';

const [ORG_RANK, KIND, ROLE, SINCE, NEXT] = [201, 202, 203, 204, 205];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Share of users with a first membership; all other memberships are second ones. */
const FIRST_SHARE = 0.95;
/** A prime: stepping by it visits every user once. */
const STRIDE = 7_919;
const ROLES = ['Owner', 'Admin', 'Member', undefined] as const;

/** Activity that names no org. */
export const NO_MEMBERSHIP = 0xffff_ffff;
/** Of eight days of a member, four name an org. Of eight of these, two name the second org, if there is one. */
const [NAMES, NAMES_SECOND, OF] = [4, 2, 8];

/** A step of a membership; `at` in milliseconds since 1970, whole seconds. */
export interface HistoryStep {
  kind: 'add' | 'remove' | 'role';
  at: number;
  role: string | undefined;
}

/** A user and an org, by index, and the steps of their membership, in order. */
export interface MembershipHistory {
  user: number;
  org: number;
  steps: HistoryStep[];
}

/** Membership histories and the share of each. */
const COURSES: readonly { share: number; kinds: readonly HistoryStep['kind'][] }[] = [
  { share: 0.8, kinds: ['add'] },
  { share: 0.11, kinds: ['add', 'remove'] },
  { share: 0.04, kinds: ['add', 'remove', 'add'] },
  { share: 0.02, kinds: ['add', 'role'] },
  { share: 0.01, kinds: ['add', 'add'] },
  { share: 0.008, kinds: ['remove'] },
  { share: 0.006, kinds: ['role'] },
  { share: 0.006, kinds: ['add', 'remove', 'role', 'remove'] },
];

/** The memberships of users in orgs. Each pair of user and org has one index. */
export class MembershipPattern {
  private readonly firsts: number;
  /** `STRIDE * unstride` is 1 modulo the number of users. */
  private readonly unstride: number;

  /** @throws Error when a second membership would not have one user */
  constructor(
    private readonly users: number,
    private readonly orgs: number,
    private readonly memberships: number,
    private readonly end: number,
  ) {
    this.firsts = Math.floor(users * FIRST_SHARE);
    this.unstride = inverse(STRIDE, users);
  }

  pairOf(index: number): { user: number; org: number } {
    if (index < this.firsts) return { user: index, org: this.orgOf(index) };
    const user = ((index - this.firsts) * STRIDE) % this.users;
    const org = this.orgOf(index);
    const isTaken = user < this.firsts && this.orgOf(user) === org;
    return { user, org: isTaken ? (org + 1) % this.orgs : org };
  }

  /**
   * The membership whose org a user's activity names, mostly the first one.
   * @param drawn a random number from 0 to 2^32 - 1
   */
  namedBy(user: number, drawn: number): number {
    if (drawn % OF >= NAMES) return NO_MEMBERSHIP;
    const second = this.firsts + ((user * this.unstride) % this.users);
    const hasSecond = second < this.memberships;
    if (user >= this.firsts) return hasSecond ? second : NO_MEMBERSHIP;
    return hasSecond && (drawn >>> 3) % OF < NAMES_SECOND ? second : user;
  }

  /** @param since the time from which both exist */
  stepsOf(index: number, since: number): HistoryStep[] {
    const { kinds } = courseOf(chance(KIND, index));
    const steps: HistoryStep[] = [];
    let at = wholeSecond(
      between(SINCE, index, since, Math.min(since + 90 * DAY_MS, this.end)) + 1000,
    );
    for (const [place, kind] of kinds.entries()) {
      if (place > 0) {
        // Steps that would fall into the last hour are left out.
        if (this.end - at < HOUR_MS) break;
        at = wholeSecond(between(NEXT + place, index, at + 2000, this.end));
      }
      steps.push({ kind, at, role: roleOf(kind, index + place) });
    }
    return steps;
  }

  /** Zipf's law: the org of rank r has 1/r of the members of the first. */
  private orgOf(index: number): number {
    return Math.floor((this.orgs + 1) ** chance(ORG_RANK, index)) - 1;
  }
}

/** The number whose product with `value` is 1 modulo `modulus`. @throws Error when they have a common factor */
function inverse(value: number, modulus: number): number {
  let [older, newer] = [modulus, value % modulus];
  let [oldFactor, factor] = [0, 1];
  while (newer > 0) {
    const quotient = Math.floor(older / newer);
    [older, newer] = [newer, older - quotient * newer];
    [oldFactor, factor] = [factor, oldFactor - quotient * factor];
  }
  if (older !== 1) throw new Error(`The number of users must not be a multiple of ${value}.`);
  return oldFactor < 0 ? oldFactor + modulus : oldFactor;
}

function courseOf(drawn: number): (typeof COURSES)[number] {
  let sum = 0;
  return COURSES.find(({ share }) => (sum += share) > drawn) ?? COURSES[0]!;
}

function roleOf(kind: HistoryStep['kind'], place: number): string | undefined {
  if (kind === 'remove') return undefined;
  const role = ROLES[between(ROLE, place, 0, ROLES.length)];
  return kind === 'role' ? (role ?? 'Member') : role;
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
