import { MAX_SEGMENTS, type NewSegment, type RecordOf, type Segment } from '#libs/contracts';
import type { Queryable } from '#libs/database';

const seconds = (column: string) => `floor(extract(epoch from ${column}))::float8 as ${column}`;
const COLUMNS = `
  id, name, subject, conditions as "where", ${seconds('created_at')}, ${seconds('changed_at')}`;
const ALL = `select ${COLUMNS} from segments order by lower(name), name collate "C", id`;
const ONE = `select ${COLUMNS} from segments where id = $1`;

/** All segments, by name. */
export async function listSegments(db: Queryable): Promise<Segment[]> {
  return (await db.query<Segment>(ALL)).rows;
}

/** @param id a UUID */
export async function findSegment(db: Queryable, id: string): Promise<Segment | undefined> {
  return (await db.query<Segment>(ONE, [id])).rows[0];
}

// Concurrent requests could exceed the limit by a few, which does no harm.
const ADD = `
  insert into segments (name, subject, conditions)
  select $1, $2, $3 where (select count(*) from segments) < ${MAX_SEGMENTS}
  returning ${COLUMNS}`;

/** @returns undefined when there are too many segments already */
export async function addSegment(db: Queryable, given: NewSegment): Promise<Segment | undefined> {
  return (await db.query<Segment>(ADD, valuesOf(given))).rows[0];
}

const CHANGE = `
  update segments set name = $1, subject = $2, conditions = $3, changed_at = now()
  where id = $4
  returning ${COLUMNS}`;

/** @returns undefined when there is no such segment */
export async function changeSegment(
  db: Queryable,
  id: string,
  given: NewSegment,
): Promise<Segment | undefined> {
  return (await db.query<Segment>(CHANGE, [...valuesOf(given), id])).rows[0];
}

const REMOVE = `
  delete from segments s
  where id = $1 and not exists (select from subscriptions where segment = s.id)`;

/** @returns whether there was such a segment that no subscription uses */
export async function removeSegment(db: Queryable, id: string): Promise<boolean> {
  return (await db.query(REMOVE, [id])).rowCount === 1;
}

/** The names of the subscriptions that use a segment. */
export async function subscriptionsWith(db: Queryable, id: string): Promise<string[]> {
  const sql = 'select name from subscriptions where segment = $1 order by name, id';
  return (await db.query<{ name: string }>(sql, [id])).rows.map(({ name }) => name);
}

const instantOf = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${column}`;
const EXPORTED = `
  select id, name, subject, conditions as "where", ${instantOf('created_at')}, ${instantOf('changed_at')}
  from segments order by segments.created_at, id`;

/** All segments as the data of lines of an exported store. */
export async function exportedSegments(db: Queryable): Promise<Record<string, unknown>[]> {
  return (await db.query<Record<string, unknown>>(EXPORTED)).rows;
}

const RESTORE = `
  insert into segments (id, name, subject, conditions, created_at, changed_at)
  values ($4, $1, $2, $3, $5, $6) on conflict do nothing`;

/** Adds a segment of an exported store, unless one has its id. */
export async function restoreSegment(
  db: Queryable,
  segment: RecordOf<'insightd.segment'>,
): Promise<void> {
  const { id, created_at, changed_at } = segment;
  await db.query(RESTORE, [...valuesOf(segment), id, created_at, changed_at]);
}

function valuesOf({ name, subject, where }: NewSegment): unknown[] {
  return [name.trim(), subject, JSON.stringify(where)];
}
