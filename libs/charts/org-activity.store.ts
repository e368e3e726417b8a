import type { DayBlocks } from '#libs/facts';
import type { Queryable } from '#libs/platform';

const TAKE_CHANGES = `
  with taken as (delete from activity_changes returning day)
  select distinct day::text from taken`;

/**
 * Takes the days that changed since the last time; they come back if the transaction does not commit.
 * @returns days as `2026-01-31`, or 'any' when every day may have changed
 */
export async function takeChanges(db: Queryable): Promise<string[] | 'any'> {
  const { rows } = await db.query<{ day: string | null }>(TAKE_CHANGES);
  const days = rows.map((row) => row.day);
  return days.every((day) => day !== null) ? days : 'any';
}

// Only what differs is written: most days of the past stay as they are.
const REPLACE = `
  with derived as (
    select day, block, ('x' || bits)::bit(4096) as bits
    from unnest($1::date[], $2::int[], $3::text[]) as d (day, block, bits)
  ), gone as (
    delete from org_activity o
    where ($4::date[] is null or o.day = any($4))
      and not exists (select from derived d where d.day = o.day and d.block = o.block)
  )
  insert into org_activity as o (day, block, bits)
  select day, block, bits from derived order by day, block
  on conflict (day, block) do update set bits = excluded.bits where o.bits <> excluded.bits`;

/** Replaces the activity of orgs on these days, or on all. */
export async function replaceOrgActivity(
  db: Queryable,
  derived: DayBlocks,
  days: readonly string[] | 'any',
): Promise<void> {
  await db.query(REPLACE, [...derived.columns(), days === 'any' ? null : days]);
}
