import { DAY_MS, formatDay, parseDay } from '#libs/contracts';
import type { DayBlocks, DayRange } from '#libs/facts';
import type { Queryable } from '#libs/database';
import type { OrgDayBlock } from './org-days.js';

const CHANGES_AT_ONCE = 500;

/** Changes since the last derivation. Days are the first millisecond of the same date in UTC. */
export interface Changes {
  /** Users newly active, by day. */
  activeUsers: Map<number, Set<number>>;
  /** Users whose orgs must be rederived for all days. */
  users: Set<number>;
  /** Orgs that must be rederived for all days. */
  orgs: Set<number>;
  /** Whether all orgs must be rederived for all days. */
  everything: boolean;
  isEmpty: boolean;
  /** Whether there may be more changes. */
  rest: boolean;
}

interface ChangeRow {
  day: string | null;
  user_keys: number[] | null;
  org_keys: number[] | null;
}

// A row has at most the users of one batch, so this number of rows fits in memory.
const TAKE_CHANGES = `
  delete from activity_changes
  where id in (select id from activity_changes order by id limit ${CHANGES_AT_ONCE})
  returning day::text, user_keys, org_keys`;

/** Takes the oldest changes out of the queue. A rollback restores them. */
export async function takeChanges(db: Queryable): Promise<Changes> {
  const { rows } = await db.query<ChangeRow>(TAKE_CHANGES);
  const changes: Changes = {
    activeUsers: new Map(),
    users: new Set(),
    orgs: new Set(),
    everything: rows.some((row) => !row.day && !row.user_keys && !row.org_keys),
    isEmpty: rows.length === 0,
    rest: rows.length === CHANGES_AT_ONCE,
  };
  for (const { day, user_keys: users, org_keys: orgs } of rows) {
    for (const org of orgs ?? []) changes.orgs.add(org);
    const known = day === null ? changes.users : usersOf(changes, parseDay(day)!);
    for (const user of users ?? []) known.add(user);
  }
  return changes;
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
  from activity_changes where id <= $1::bigint`;

/** How many users and orgs the changes up to this one have that are still queued; infinite for all. */
export async function waitingKeys(db: Queryable, last: string | null): Promise<number> {
  return (await db.query<{ keys: number }>(WAITING_KEYS, [last])).rows[0]!.keys;
}

const WAITING = `
  select exists (select from activity_log) or exists (select from activity_changes) as waits`;

/** Whether the charts include all committed events. */
export async function chartsAreCurrent(db: Queryable): Promise<boolean> {
  return !(await db.query<{ waits: boolean }>(WAITING)).rows[0]!.waits;
}

/** Keys of all known orgs, deleted ones included. */
export async function allOrgs(db: Queryable): Promise<number[]> {
  return (await db.query<{ id: number }>('select id from org_ids')).rows.map((row) => row.id);
}

function usersOf({ activeUsers }: Changes, day: number): Set<number> {
  const known = activeUsers.get(day) ?? new Set<number>();
  activeUsers.set(day, known);
  return known;
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

const STORED = `
  select day::text, block, substring(bit_send(bits) from 5) as bits
  from org_activity
  where day >= $1 and day < $2 and block = any($3)`;

/** The stored bitmaps of some blocks of orgs on the days of a range. */
export async function storedOrgActivity(
  db: Queryable,
  range: DayRange,
  blocks: readonly number[],
): Promise<OrgDayBlock[]> {
  const { rows } = await db.query<{ day: string; block: number; bits: Buffer }>(STORED, [
    formatDay(range.from),
    formatDay(range.before),
    blocks,
  ]);
  return rows.map((row) => ({ ...row, day: parseDay(row.day)! }));
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
