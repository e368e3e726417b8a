import { formatDay } from '#libs/contracts';
import type { Connection, Queryable } from '#libs/database';
import type { ActivityTable, DayBlocks } from '../blocks/day-block.js';
import { scanBlocks } from '../read/scan.js';
import { versionTime, type Version } from '../membership/version.js';

// Sorted, so that concurrent writers lock rows in the same order and cannot deadlock.
const orInto = (table: ActivityTable) => `
  insert into ${table} as a (day, block, bits)
  select day, block, ('x' || bits)::bit(4096)
  from unnest($1::date[], $2::int[], $3::text[]) as incoming (day, block, bits)
  order by day, block
  on conflict (day, block) do update set bits = a.bits | excluded.bits`;

/**
 * Sets the bits of active users, or of named pairs. Only rows with new bits are written: most events of a day repeat a
 * bit. The caller holds the lock of the fold.
 * @param days keeps only the new bits
 */
export async function orActivity(
  db: Connection,
  table: ActivityTable,
  days: DayBlocks,
): Promise<void> {
  await scanBlocks(db, table, days.blocks, (...block) => days.clear(...block));
  if (!days.isEmpty) await db.query(orInto(table), days.columns());
}

const QUEUE_ACTIVE = `
  insert into activity_changes (day, user_keys)
  select day, user_keys::int[] from unnest($1::date[], $2::text[]) as changed (day, user_keys)`;
const QUEUE_STEPS = `
  insert into activity_changes (day, user_keys, org_keys)
  select day, user_keys::int[], org_keys::int[]
  from unnest($1::date[], $2::text[], $3::text[]) as changed (day, user_keys, org_keys)`;
// The reader looks up the memberships of users and orgs: a concurrent addition is not visible here yet.
const QUEUE_USERS = `insert into activity_changes (user_keys) values ($1)`;
const QUEUE_DELETED_USERS = `
  insert into activity_changes (day, user_keys, org_keys)
  select day, array_agg(user_key), '{}' from unnest($1::date[], $2::int[]) as deleted (day, user_key) group by day`;
const QUEUE_DELETED_ORGS = `
  insert into activity_changes (day, org_keys)
  select day, array[org_key] from unnest($1::date[], $2::int[]) as deleted (day, org_key)`;

/** Keys of users by day, the first millisecond of the same date in UTC. */
export type ActiveUsers = ReadonlyMap<number, readonly number[]>;

/**
 * Queues the rederivation of org days on some days.
 * @param active users newly active, by day
 */
export async function queueActiveDays(db: Queryable, active: ActiveUsers): Promise<void> {
  if (active.size === 0) return;
  const users = [...active.values()].map((keys) => `{${keys.join(',')}}`);
  await db.query(QUEUE_ACTIVE, [[...active.keys()].map(formatDay), users]);
}

/** Queues the rederivation of org days for all orgs on all days. */
export async function queueEverything(db: Queryable): Promise<void> {
  await db.query('insert into activity_changes default values');
}

/** Pairs with a new step on one date in UTC, `2026-01-31`. A pair may occur twice. */
interface NewSteps {
  day: string;
  users: number[];
  orgs: number[];
}

/** Queues the rederivation of the org days that new membership steps may change. */
export async function queueSteps(
  db: Queryable,
  steps: readonly { userKey: number; orgKey: number; version: Version }[],
): Promise<void> {
  const days = new Map<string, NewSteps>();
  for (const { userKey, orgKey, version } of steps) {
    const day = formatDay(versionTime(version));
    const known = days.get(day) ?? { day, users: [], orgs: [] };
    days.set(day, known);
    known.users.push(userKey);
    known.orgs.push(orgKey);
  }
  if (days.size === 0) return;
  const all = [...days.values()];
  await db.query(QUEUE_STEPS, [
    all.map(({ day }) => day),
    all.map(({ users }) => `{${users.join(',')}}`),
    all.map(({ orgs }) => `{${orgs.join(',')}}`),
  ]);
}

/** Queues the rederivation of all org days on which some users were active, such as users whose exclusion changed. */
export async function queueUsers(db: Queryable, userKeys: readonly number[]): Promise<void> {
  if (userKeys.length > 0) await db.query(QUEUE_USERS, [userKeys]);
}

interface Deleted {
  key: number;
  deletion: Version;
}

/** Queues the rederivation of the org days that deletions of users and orgs may change: none before the day of a deletion. */
export async function queueDeletions(
  db: Queryable,
  users: readonly Deleted[],
  orgs: readonly Deleted[],
): Promise<void> {
  if (users.length > 0) await db.query(QUEUE_DELETED_USERS, columnsOf(users));
  if (orgs.length > 0) await db.query(QUEUE_DELETED_ORGS, columnsOf(orgs));
}

function columnsOf(deleted: readonly Deleted[]): [days: string[], keys: number[]] {
  return [
    deleted.map(({ deletion }) => formatDay(versionTime(deletion))),
    deleted.map(({ key }) => key),
  ];
}
