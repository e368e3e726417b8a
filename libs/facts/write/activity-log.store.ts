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

/** Appends entries to the activity log. @param entries packed by `packEntries` */
export async function appendActivity(db: Queryable, entries: Buffer): Promise<void> {
  if (entries.length > 0) await db.query(APPEND, [entries]);
}

/**
 * Appends entries in a transaction of its own.
 * @param entries packed by `packEntries`
 * @param witness of the user keys, checked by the same statement
 * @throws StoreChanged when the witness is missing
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

// About half a million entries per portion; the first row is always taken.
const MAX_ROWS = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;

const TAKE = `
  delete from activity_log
  where id in (
    select id from (
      select id, sum(length(entries)) over (order by id) - length(entries) as bytes_before
      from (select id, entries from activity_log order by id limit ${MAX_ROWS}) oldest
    ) counted
    where bytes_before < ${MAX_BYTES}
  )
  returning entries`;

/**
 * Takes the oldest rows out of the log. A rollback restores them.
 * @returns packed entries, and whether there may be more
 */
export async function takeActivity(db: Queryable): Promise<{ taken: Buffer[]; rest: boolean }> {
  const { rows } = await db.query<{ entries: Buffer }>(TAKE);
  const taken = rows.map((row) => row.entries);
  const bytes = taken.reduce((sum, { length }) => sum + length, 0);
  return { taken, rest: taken.length === MAX_ROWS || bytes >= MAX_BYTES };
}

/** Whether the log has entries to fold. */
export async function hasActivity(db: Queryable): Promise<boolean> {
  return (await db.query('select from activity_log limit 1')).rowCount === 1;
}
