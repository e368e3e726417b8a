import { DAY_MS, type NativeEvent } from '#libs/contracts';
import { BulkLoad } from '#libs/facts';
import { Database } from '#libs/database';
import type { Clone } from './clone.js';
import { event } from './reference/events.js';
import { LAST_DAY, ReferenceData } from './reference/reference-data.js';
import { between, chance } from './reference/random.js';

/** Random streams: any numbers that the reference data does not use. */
const [JOINED, COURSE, LEFT, NAMES] = [201, 202, 203, 204];
/** Most members joined before the year that the page shows. */
const JOINED_DAYS = 900;
const NAMED_DAYS = 60;
const EVENTS_AT_ONCE = 10_000;
/** More than the days of the reference data. */
const FAR_AWAY_DAYS = 100_000;

/** A member by construction; times in milliseconds since 1970. */
interface Membership {
  userId: string;
  joinedAt: number;
  /** Infinity for a current member. */
  leftAt: number;
}

/** An org with a number of members. */
export interface ComparedOrg {
  id: string;
  /** The number of members at first. */
  size: number;
  memberships: Membership[];
}

/**
 * Adds one org per size to a copy of the reference store. The members are spread evenly over all users that exist and are not excluded. The
 * activity of the store is moved to end today, because a page of an org shows the last year; of the last 60 days, a tenth
 * of the members' activity names their org.
 */
export async function addComparedOrgs(
  clone: Clone,
  users: number,
  sizes: readonly number[],
): Promise<ComparedOrg[]> {
  await moveActivity(clone);
  const data = new ReferenceData(users);
  const existing: string[] = [];
  for (let index = 0; index < users; index++) {
    const { id, createdAt, deletedAt } = data.user(index);
    const isShown = createdAt !== undefined && deletedAt === undefined && !data.isExcluded(index);
    if (isShown) existing.push(id);
  }
  const orgs = sizes.map((size) => orgOf(existing, size));
  const database = new Database({ DATABASE_URL: clone.databaseUrl, DATABASE_POOL_SIZE: 3 });
  try {
    const load = new BulkLoad(database, {});
    for (const org of orgs) await loadOrg(load, org);
  } finally {
    await database.onApplicationShutdown();
  }
  await clone.query('vacuum analyze');
  return orgs;
}

async function moveActivity(clone: Clone): Promise<void> {
  const days = Math.floor((Date.now() - LAST_DAY) / DAY_MS);
  for (const table of ['activity', 'named_activity'])
    // In two steps, so that no moved day meets one that is still there.
    for (const by of [FAR_AWAY_DAYS, days - FAR_AWAY_DAYS])
      await clone.query(`update ${table} set day = day + $1::int`, [by]);
}

function orgOf(existing: readonly string[], size: number): ComparedOrg {
  const now = Date.now();
  const memberships = Array.from({ length: size }, (_, index): Membership => {
    const userId = existing[Math.floor((index * existing.length) / size)]!;
    const joinedAt = wholeSecond(now - between(JOINED, index, 1, JOINED_DAYS) * DAY_MS);
    const isFormer = chance(COURSE, index) < 0.1;
    const leftAt = isFormer ? wholeSecond(between(LEFT, index, joinedAt + 1000, now)) : Infinity;
    return { userId, joinedAt, leftAt };
  });
  return { id: `bench org of ${size}`, size, memberships };
}

async function loadOrg(load: BulkLoad, { id, memberships }: ComparedOrg): Promise<void> {
  const createdAt = Date.now() - (JOINED_DAYS + 1) * DAY_MS;
  const events: NativeEvent[] = [
    event('org.created', id, createdAt, { org_id: id, name: id, created_at: undefined }),
  ];
  for (const [index, { userId, joinedAt, leftAt }] of memberships.entries()) {
    const pair = { user_id: userId, org_id: id };
    const role = ['Owner', 'Admin'][index % 500] ?? 'Member';
    events.push(event('user.added_to_org', `${id} ${index}`, joinedAt, { ...pair, role }));
    if (leftAt !== Infinity)
      events.push(event('user.removed_from_org', `${id} ${index} left`, leftAt, pair));
  }
  for (let from = 0; from < events.length; from += EVENTS_AT_ONCE)
    await load.events(events.slice(from, from + EVENTS_AT_ONCE));
  for (let age = 0; age < NAMED_DAYS; age++) {
    const named = memberships.filter((_, index) => chance(NAMES + age, index) < 0.015);
    const seconds = Math.floor(Date.now() / 1000 - (age * DAY_MS) / 1000);
    await load.activity(
      named.map(({ userId }) => userId),
      new Uint32Array(named.length).fill(seconds),
      named.map(() => id),
    );
  }
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
