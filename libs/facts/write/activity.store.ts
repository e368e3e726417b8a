import { parseDay } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import type { ActivityTable, DayBlocks } from '../blocks/day-block.js';

// Sorted, so that concurrent writers lock rows in the same order and cannot deadlock. A row is only
// written when a bit is new: most events of a day repeat a bit.
const orInto = (table: ActivityTable) => `
  insert into ${table} as a (day, block, bits)
  select day, block, ('x' || bits)::bit(4096)
  from unnest($1::date[], $2::int[], $3::text[]) as incoming (day, block, bits)
  order by day, block
  on conflict (day, block) do update set bits = a.bits | excluded.bits
  where a.bits | excluded.bits <> a.bits
  returning day::text, block`;

/**
 * Sets the bits of active users, or of named pairs.
 * @returns by day (`2026-01-31`), the given keys of every block that gained a bit
 */
export async function orActivity(
  db: Queryable,
  table: ActivityTable,
  days: DayBlocks,
): Promise<Map<string, number[]>> {
  const changed = new Map<string, number[]>();
  if (days.isEmpty) return changed;
  const { rows } = await db.query<{ day: string; block: number }>(orInto(table), days.columns());
  for (const { day, block } of rows) {
    const keys = changed.get(day) ?? [];
    changed.set(day, keys);
    for (const key of days.keysOf(parseDay(day)!, block)) keys.push(key);
  }
  return changed;
}

const QUEUE_ACTIVE = `
  insert into activity_changes (day, user_keys)
  select day, user_keys::int[] from unnest($1::date[], $2::text[]) as changed (day, user_keys)`;
const QUEUE_ORGS = `insert into activity_changes (org_keys) values ($1)`;
// The reader looks up the users' orgs: a concurrent addition is not visible here yet.
const QUEUE_USERS = `insert into activity_changes (user_keys) values ($1)`;

/**
 * Queues the rederivation of org days on some days.
 * @param active users newly active, by day (`2026-01-31`)
 */
export async function queueActiveDays(
  db: Queryable,
  active: ReadonlyMap<string, readonly number[]>,
): Promise<void> {
  if (active.size === 0) return;
  const users = [...active.values()].map((keys) => `{${keys.join(',')}}`);
  await db.query(QUEUE_ACTIVE, [[...active.keys()], users]);
}

/** Queues the rederivation of org days for all orgs on all days. */
export async function queueEverything(db: Queryable): Promise<void> {
  await db.query('insert into activity_changes default values');
}

/**
 * Queues the rederivation of org days on all days.
 * @param orgKeys orgs whose members changed
 * @param userKeys deleted users: all their memberships ended
 */
export async function queueMemberChanges(
  db: Queryable,
  orgKeys: ReadonlySet<number>,
  userKeys: readonly number[],
): Promise<void> {
  if (orgKeys.size > 0) await db.query(QUEUE_ORGS, [[...orgKeys]]);
  if (userKeys.length > 0) await db.query(QUEUE_USERS, [userKeys]);
}
