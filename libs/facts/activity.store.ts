import type { Queryable } from '#libs/platform';
import type { DayBlocks } from './day-block.js';

// Sorted, so that concurrent writers take the rows' locks in one order and cannot deadlock. A row is
// only written when a bit is new: most events of a day repeat one.
const OR_ACTIVITY = `
  insert into activity as a (day, block, bits)
  select day, block, ('x' || bits)::bit(4096)
  from unnest($1::date[], $2::int[], $3::text[]) as told (day, block, bits)
  order by day, block
  on conflict (day, block) do update set bits = a.bits | excluded.bits
  where a.bits | excluded.bits <> a.bits
  returning day::text`;

/**
 * Marks users active on days.
 * @returns the days on which somebody is newly known to have been active, as `2026-01-31`
 */
export async function orActivity(db: Queryable, days: DayBlocks): Promise<string[]> {
  if (days.isEmpty) return [];
  const { rows } = await db.query<{ day: string }>(OR_ACTIVITY, days.columns());
  return [...new Set(rows.map((row) => row.day))];
}

const NOTE_CHANGES = `insert into activity_changes (day) select unnest($1::date[])`;

/**
 * Leaves word that what derives from these days has to be derived again.
 * @param days as `2026-01-31`; null stands for any day
 */
export async function noteChanges(db: Queryable, days: readonly (string | null)[]): Promise<void> {
  if (days.length > 0) await db.query(NOTE_CHANGES, [days]);
}
