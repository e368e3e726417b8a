import { DAY_MS, type NativeEvent } from '#libs/contracts';
import { NO_MEMBERSHIP } from './reference/memberships.js';
import { DAYS, LAST_DAY, type ReferenceData, type Subject } from './reference/reference-data.js';

/** The number of events of each kind in an hour with a million users. */
const AN_HOUR = {
  active: 25_000,
  created: 200,
  deleted: 20,
  orgsCreated: 20,
  orgsDeleted: 2,
  steps: 1_000,
};
const HOUR_MS = 3_600_000;
const STEPS = [
  'user.removed_from_org',
  'user.role_changed_within_org',
  'user.added_to_org',
] as const;
/** Primes: stepping by them visits each index once. */
const [SUBJECT_STRIDE, PAIR_STRIDE] = [7_919, 104_729];

/**
 * The hours after the period of the reference data: users and orgs are created and deleted, memberships change.
 * All of it is after the period's end, so a run for that moment must give the same result as before. Activity
 * repeats that of the last day. New users and orgs were known only by id.
 */
export class LaterHours {
  private readonly newUsers: string[];
  private readonly newOrgs: string[];
  private hour = 0;

  constructor(private readonly data: ReferenceData) {
    this.newUsers = withoutCreation(data.users, (index) => data.user(index));
    this.newOrgs = withoutCreation(data.orgs, (index) => data.org(index));
  }

  /** The events of the next hour. */
  next(): NativeEvent[] {
    const at = LAST_DAY + DAY_MS + this.hour * HOUR_MS;
    const changes = [...this.subjects(), ...this.steps()].map(([type, fields], place) => {
      return { type, id: `hour ${this.hour} ${place}`, source: 'later', at, data: fields };
    });
    const events = [...changes, ...this.activity()] as NativeEvent[];
    this.hour++;
    return events;
  }

  private *subjects(): Generator<[type: string, data: object]> {
    const { users, orgs } = this.data;
    for (const id of this.some(AN_HOUR.created).map((place) => this.newUsers[place])) {
      if (id) yield ['user.created', { user_id: id, email: `${id}@example.com` }];
    }
    for (const id of this.some(AN_HOUR.orgsCreated).map((place) => this.newOrgs[place])) {
      if (id) yield ['org.created', { org_id: id, name: `Org ${id}` }];
    }
    for (const place of this.some(AN_HOUR.deleted)) {
      yield ['user.deleted', { user_id: this.data.user((place * SUBJECT_STRIDE) % users).id }];
    }
    for (const place of this.some(AN_HOUR.orgsDeleted)) {
      yield ['org.deleted', { org_id: this.data.org((place * SUBJECT_STRIDE) % orgs).id }];
    }
  }

  private *steps(): Generator<[type: string, data: object]> {
    const { data } = this;
    for (const place of this.some(AN_HOUR.steps)) {
      const { user, org } = data.membership((place * PAIR_STRIDE) % data.memberships);
      const pair = { user_id: data.user(user).id, org_id: data.org(org).id };
      yield [STEPS[place % STEPS.length]!, { ...pair, role: 'Member' }];
    }
  }

  private activity(): object[] {
    const { users, seconds, named } = this.data.activeOn(DAYS - 1);
    return this.some(AN_HOUR.active).map((place) => {
      const index = place % users.length;
      const data = { user_id: this.data.user(users[index]!).id, org_id: this.orgOf(named[index]!) };
      const id = `active ${this.hour} ${place}`;
      return { type: 'user.active', id, source: 'later', at: seconds[index]! * 1000, data };
    });
  }

  /** The id of the org of a membership. */
  private orgOf(membership: number): string | undefined {
    if (membership === NO_MEMBERSHIP) return undefined;
    return this.data.org(this.data.pair(membership).org).id;
  }

  /** Numbers that never repeat; the count per hour is proportional to the number of users. */
  private some(all: number): number[] {
    const size = Math.ceil((all * this.data.users) / 1_000_000);
    return Array.from({ length: size }, (_, place) => this.hour * size + place);
  }
}

/** The ids of subjects without a creation event. */
function withoutCreation(count: number, subject: (index: number) => Subject): string[] {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const { id, createdAt } = subject(index);
    if (createdAt === undefined) ids.push(id);
  }
  return ids;
}
