import type { Database, Queryable, PreparedQuery } from '#libs/database';
import { ID_TABLES, StoreChanged, isPresent, parametersOf, type Witness } from './witness.js';

const APPEND = 'insert into activity_log (entries) values ($1)';
const APPEND_PROVEN: PreparedQuery = {
  name: 'append_proven_activity',
  text: `
    insert into activity_log (entries)
    select $4::bytea where ${isPresent(ID_TABLES.users, 1)}
    returning true as present`,
};

/** @param entries packed by `packEntries` */
export async function appendActivity(db: Queryable, entries: Buffer): Promise<void> {
  if (entries.length > 0) await db.query(APPEND, [entries]);
}

/**
 * As `appendActivity`, in a transaction of its own.
 * @param witness of the users' numbers, looked up by the same statement
 * @throws StoreChanged when it is not there
 */
export async function commitActivity(
  database: Database,
  entries: Buffer,
  witness: Witness | undefined,
): Promise<void> {
  if (entries.length === 0) return;
  const values = [...parametersOf(witness), entries];
  const written = await database.queryPrepared(APPEND_PROVEN, values, database.pool);
  if (written.length === 0) throw new StoreChanged();
}

// Some half a million entries at once; the first row whatever it holds.
const ROWS_AT_ONCE = 1_000;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

const TAKE = `
  delete from activity_log
  where id in (
    select id from (
      select id, sum(length(entries)) over (order by id) - length(entries) as bytes_before
      from (select id, entries from activity_log order by id limit ${ROWS_AT_ONCE}) oldest
    ) counted
    where bytes_before < ${BYTES_AT_ONCE}
  )
  returning entries`;

/**
 * Takes some of the log, oldest first; it comes back if the transaction does not commit.
 * @returns what was taken, and whether more was there
 */
export async function takeActivity(db: Queryable): Promise<{ taken: Buffer[]; rest: boolean }> {
  const { rows } = await db.query<{ entries: Buffer }>(TAKE);
  const taken = rows.map((row) => row.entries);
  const bytes = taken.reduce((sum, { length }) => sum + length, 0);
  return { taken, rest: taken.length === ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE };
}

/** Whether something waits to be folded. */
export async function hasActivity(db: Queryable): Promise<boolean> {
  return (await db.query('select from activity_log limit 1')).rowCount === 1;
}
