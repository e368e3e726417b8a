import { DAY_MS, formatDay, parseDay } from '#libs/contracts';
import type { DayRange } from '#libs/facts';
import type { Queryable } from '#libs/database';
import type { OrgDayBlock } from './org-days.js';

const CHANGES_AT_ONCE = 500;

/** What changed since the last derivation; days as their first millisecond since 1970. */
export interface Changes {
  /** Users newly active on a day. */
  activeUsers: Map<number, Set<number>>;
  /** Users whose orgs have to be looked at on every day. */
  users: Set<number>;
  /** Orgs that have to be looked at on every day. */
  orgs: Set<number>;
  /** All orgs have to be looked at on every day. */
  everything: boolean;
  isEmpty: boolean;
  /** Whether more may wait. */
  rest: boolean;
}

interface ChangeRow {
  day: string | null;
  user_keys: number[] | null;
  org_keys: number[] | null;
}

// A batch's users at most in each: what is taken at once fits in memory, however much waits.
const TAKE_CHANGES = `
  delete from activity_changes
  where id in (select id from activity_changes order by id limit ${CHANGES_AT_ONCE})
  returning day::text, user_keys, org_keys`;

/** Takes some changes; they remain if the transaction does not commit. */
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

const WAITING = `
  select exists (select from activity_log) or exists (select from activity_changes) as waits`;

/** Whether the charts show all that was committed. */
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

/** The days from the first to the last with any activity; none when there is no activity. */
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

/** The stored activity of some blocks of orgs on the days of a range. */
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

/** Replaces blocks of days, or adds them. */
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
