import { MAX_SEGMENTS, type NewSegment, type Segment } from '#libs/contracts';
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

/** @returns whether there was such a segment */
export async function removeSegment(db: Queryable, id: string): Promise<boolean> {
  return (await db.query('delete from segments where id = $1', [id])).rowCount === 1;
}

function valuesOf({ name, subject, where }: NewSegment): unknown[] {
  return [name.trim(), subject, JSON.stringify(where)];
}
