import { parseDay } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import type { DayBlocks } from '../blocks/day-block.js';

// Sorted, so that concurrent writers take the rows' locks in one order and cannot deadlock. A row is
// only written when a bit is new: most events of a day repeat one.
const OR_ACTIVITY = `
  insert into activity as a (day, block, bits)
  select day, block, ('x' || bits)::bit(4096)
  from unnest($1::date[], $2::int[], $3::text[]) as told (day, block, bits)
  order by day, block
  on conflict (day, block) do update set bits = a.bits | excluded.bits
  where a.bits | excluded.bits <> a.bits
  returning day::text, block`;

/**
 * Marks users active on days.
 * @returns for each day, as `2026-01-31`, the users told of those blocks in which somebody is newly
 *   known to have been active
 */
export async function orActivity(db: Queryable, days: DayBlocks): Promise<Map<string, number[]>> {
  const changed = new Map<string, number[]>();
  if (days.isEmpty) return changed;
  const { rows } = await db.query<{ day: string; block: number }>(OR_ACTIVITY, days.columns());
  for (const { day, block } of rows) {
    const keys = changed.get(day) ?? [];
    changed.set(day, keys);
    for (const key of days.keysOf(parseDay(day)!, block)) keys.push(key);
  }
  return changed;
}

const NOTE_ACTIVE = `
  insert into activity_changes (day, user_keys)
  select day, user_keys::int[] from unnest($1::date[], $2::text[]) as told (day, user_keys)`;
const NOTE_ORGS = `insert into activity_changes (org_keys) values ($1)`;
// Their orgs are looked up when it is read: who is being added to one just now is not seen here yet.
const NOTE_USERS = `insert into activity_changes (user_keys) values ($1)`;

/**
 * Leaves word that what derives from activity has to be derived again on some days.
 * @param active users newly active on a day (`2026-01-31`)
 */
export async function queueActiveDays(
  db: Queryable,
  active: ReadonlyMap<string, readonly number[]>,
): Promise<void> {
  if (active.size === 0) return;
  const users = [...active.values()].map((keys) => `{${keys.join(',')}}`);
  await db.query(NOTE_ACTIVE, [[...active.keys()], users]);
}

/** Leaves word that what derives from activity has to be derived again for all orgs on all days. */
export async function queueEverything(db: Queryable): Promise<void> {
  await db.query('insert into activity_changes default values');
}

/**
 * Leaves word that what derives from activity has to be derived again on all days.
 * @param orgKeys orgs whose members changed
 * @param userKeys users whose memberships all ended
 */
export async function queueMemberChanges(
  db: Queryable,
  orgKeys: ReadonlySet<number>,
  userKeys: readonly number[],
): Promise<void> {
  if (orgKeys.size > 0) await db.query(NOTE_ORGS, [[...orgKeys]]);
  if (userKeys.length > 0) await db.query(NOTE_USERS, [userKeys]);
}
