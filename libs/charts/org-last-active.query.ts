import { formatDay } from '#libs/contracts';
import { BLOCK_SHIFT, BLOCK_SIZE } from '#libs/facts';
import type { Queryable } from '#libs/database';

const LAST_DAYS = `
  select org.key, latest.day
  from unnest($1::int[], $2::int[], $3::int[]) as org (key, block, bit)
  cross join lateral (
    select to_char(day, 'YYYY-MM-DD') as day
    from org_activity
    where org_activity.block = org.block and day <= $4::date and get_bit(bits, org.bit) = 1
    order by org_activity.day desc
    limit 1
  ) latest`;

/**
 * The last active day (`2026-01-31`) of each of some orgs, by key; orgs that were never active are
 * missing. Derived like the charts, so up to a minute old.
 * @param upTo the first millisecond of the last day that counts
 */
export async function lastActiveDaysOf(
  db: Queryable,
  orgKeys: readonly number[],
  upTo: number,
): Promise<Map<number, string>> {
  const { rows } = await db.query<{ key: number; day: string }>(LAST_DAYS, [
    orgKeys,
    orgKeys.map((key) => key >> BLOCK_SHIFT),
    orgKeys.map((key) => key & (BLOCK_SIZE - 1)),
    formatDay(upTo),
  ]);
  return new Map(rows.map(({ key, day }) => [key, day]));
}
