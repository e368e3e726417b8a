import { DAY_MS, formatDay, parseDay } from '#libs/contracts';
import { BLOCK_SHIFT, BLOCK_SIZE, type DayBlocks, type DayRange } from '#libs/facts';
import { copyRows, type Connection, type Queryable } from '#libs/database';
import type { OrgDayBlock } from './org-days.js';

/** An org and a day, its first millisecond in UTC. */
export interface OrgDay {
  day: number;
  org: number;
}

const KNOWN_DAYS = `
  select least((select min(day) from activity), (select min(day) from org_activity))::text as first,
    greatest((select max(day) from activity), (select max(day) from org_activity))::text as last`;

/** The days from the first to the last with activity; an empty range without activity. */
export async function knownDays(db: Queryable): Promise<DayRange> {
  const { rows } = await db.query<{ first: string | null; last: string | null }>(KNOWN_DAYS);
  const { first, last } = rows[0]!;
  if (first === null || last === null) return { from: 0, before: 0 };
  return { from: parseDay(first)!, before: parseDay(last)! + DAY_MS };
}

const HIGHEST = `
  select coalesce((select max(id) from user_ids), 0) as users, coalesce((select max(id) from org_ids), 0) as orgs`;

/** The highest keys of users and orgs, deleted ones included. */
export async function highestKeys(db: Queryable): Promise<{ users: number; orgs: number }> {
  return (await db.query<{ users: number; orgs: number }>(HIGHEST)).rows[0]!;
}

/** Streams the stored bitmaps, unordered. The bits are only valid during the call. */
export async function scanOrgActivity(
  db: Connection,
  onBlock: (day: number, block: number, bits: Buffer) => void,
): Promise<void> {
  await copyRows(db, 'select day, block, bits from org_activity', (row) =>
    onBlock(row.dayMs(), row.int(), row.bits()),
  );
}

const REPLACE = `
  insert into org_activity (day, block, bits)
  select day, block, ('x' || bits)::bit(4096)
  from unnest($1::date[], $2::int[], $3::text[]) as derived (day, block, bits)
  order by day, block
  on conflict (day, block) do update set bits = excluded.bits`;

/** Inserts or replaces bitmaps. */
export async function replaceOrgActivity(
  db: Queryable,
  changed: readonly OrgDayBlock[],
): Promise<void> {
  if (changed.length === 0) return;
  await db.query(REPLACE, [
    changed.map(({ day }) => formatDay(day)),
    changed.map(({ block }) => block),
    changed.map(({ bits }) => bits.toString('hex')),
  ]);
}

const ADD = `
  insert into org_activity as known (day, block, bits)
  select day, block, ('x' || bits)::bit(4096)
  from unnest($1::date[], $2::int[], $3::text[]) as active (day, block, bits)
  order by day, block
  on conflict (day, block) do update set bits = known.bits | excluded.bits
  where known.bits | excluded.bits <> known.bits`;

/** Adds active days of orgs to the stored ones. */
export async function addOrgActivity(db: Queryable, active: DayBlocks): Promise<void> {
  if (!active.isEmpty) await db.query(ADD, active.columns());
}

const CLEAR = `
  update org_activity as known set bits = known.bits & ~('x' || inactive.bits)::bit(4096)
  from unnest($1::date[], $2::int[], $3::text[]) as inactive (day, block, bits)
  where known.day = inactive.day and known.block = inactive.block`;

/** Removes active days of orgs from the stored ones. */
export async function clearOrgActivity(db: Queryable, inactive: DayBlocks): Promise<void> {
  if (!inactive.isEmpty) await db.query(CLEAR, inactive.columns());
}

const ACTIVE_AMONG = `
  select wanted.day::text, wanted.org
  from unnest($1::date[], $2::int[]) as wanted (day, org)
  join org_activity a on a.day = wanted.day and a.block = wanted.org >> ${BLOCK_SHIFT}
  where get_bit(a.bits, wanted.org & ${BLOCK_SIZE - 1}) = 1`;

/** Those of some days of orgs that are stored as active. */
export async function activeAmong(db: Queryable, wanted: readonly OrgDay[]): Promise<OrgDay[]> {
  if (wanted.length === 0) return [];
  const { rows } = await db.query<{ day: string; org: number }>(ACTIVE_AMONG, [
    wanted.map(({ day }) => formatDay(day)),
    wanted.map(({ org }) => org),
  ]);
  return rows.map(({ day, org }) => ({ day: parseDay(day)!, org }));
}
