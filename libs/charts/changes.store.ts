import { parseDay } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { addTo } from './sets.js';

/** With changes of more keys, and of more than this share of the users, everything is derived again. */
const MANY_KEYS = 50_000;
const MANY_OF_USERS = 0.2;

const NO_ORGS: ReadonlyMap<number, number> = new Map();

/** Pairs with new membership steps, and since when. */
class ChangedPairs {
  private readonly byUser = new Map<number, Map<number, number>>();

  /** @param since no new step is earlier: milliseconds since 1970, or -Infinity */
  add(user: number, org: number, since: number): void {
    const orgs = this.byUser.get(user) ?? new Map<number, number>();
    this.byUser.set(user, orgs);
    addSince(orgs, org, since);
  }

  get users(): Iterable<number> {
    return this.byUser.keys();
  }

  /** The orgs of a user's pairs, each with its `since`. */
  of(user: number): ReadonlyMap<number, number> {
    return this.byUser.get(user) ?? NO_ORGS;
  }
}

/** Changes since the last derivation. Days are the first millisecond of the same date in UTC. */
export interface Changes {
  /** By user, the days on which the user is newly active, or has newly named an org. */
  activeDays: Map<number, Set<number>>;
  pairs: ChangedPairs;
  /** Users whose memberships may have changed, and since when, as with pairs. */
  users: Map<number, number>;
  /** Orgs whose memberships may have changed, and since when, as with pairs. */
  orgs: Map<number, number>;
}

interface ChangeRow {
  day: string | null;
  user_keys: number[] | null;
  org_keys: number[] | null;
}

/** The number of the last queued change; null without one. */
export async function lastChange(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ id: string | null }>(
    'select max(id)::text as id from activity_changes',
  );
  return rows[0]!.id;
}

const WAITING_KEYS = `
  select coalesce(sum(case when day is null and user_keys is null and org_keys is null then 'Infinity'::float8
    else coalesce(cardinality(user_keys), 0) + coalesce(cardinality(org_keys), 0) end), 0)::float8 as keys
  from activity_changes`;

/**
 * How many users and orgs the queued changes have; infinite for all.
 * @param last only changes up to this number
 */
export async function waitingKeys(db: Queryable, last: string | null): Promise<number> {
  const { rows } = await db.query<{ keys: number }>(`${WAITING_KEYS} where id <= $1::bigint`, [
    last,
  ]);
  return rows[0]!.keys;
}

const WAITING = `
  select exists (select from activity_log) or exists (select from activity_changes) as waits`;

/** Whether the charts include all committed events. */
export async function chartsAreCurrent(db: Queryable): Promise<boolean> {
  return !(await db.query<{ waits: boolean }>(WAITING)).rows[0]!.waits;
}

const SIZE = `
  select waiting.keys, coalesce((select max(id) from user_ids), 0) as users from (${WAITING_KEYS}) waiting`;
const TAKE = 'delete from activity_changes returning day::text, user_keys, org_keys';

/** Takes all changes out of the queue. A rollback restores them. */
export async function takeChanges(db: Queryable): Promise<Changes | 'none' | 'everything'> {
  const { rows } = await db.query<{ keys: number; users: number }>(SIZE);
  const { keys, users } = rows[0]!;
  if (keys > Math.max(MANY_KEYS, users * MANY_OF_USERS)) {
    await db.query('delete from activity_changes');
    return 'everything';
  }
  const taken = (await db.query<ChangeRow>(TAKE)).rows;
  if (taken.length === 0) return 'none';
  // One that was committed after the count.
  if (taken.some((row) => !row.day && !row.user_keys && !row.org_keys)) return 'everything';
  return changesOf(taken);
}

function changesOf(rows: readonly ChangeRow[]): Changes {
  const changes: Changes = {
    activeDays: new Map(),
    pairs: new ChangedPairs(),
    users: new Map(),
    orgs: new Map(),
  };
  for (const { day, user_keys: users, org_keys: orgs } of rows) {
    const from = day === null ? -Infinity : parseDay(day)!;
    // An empty list of orgs marks deleted users.
    const isOfUsers = day === null || orgs?.length === 0;
    if (!users) for (const org of orgs!) addSince(changes.orgs, org, from);
    else if (isOfUsers) for (const user of users) addSince(changes.users, user, from);
    else if (orgs) orgs.forEach((org, at) => changes.pairs.add(users[at]!, org, from));
    else for (const user of users) addTo(changes.activeDays, user, from);
  }
  return changes;
}

function addSince(all: Map<number, number>, key: number, since: number): void {
  all.set(key, Math.min(since, all.get(key) ?? Infinity));
}
