import type { Database, Queryable, Question } from '#libs/platform';

const APPEND: Question = {
  name: 'append_activity',
  text: 'insert into activity_log (entries) values ($1)',
};

/** @param entries packed by `packEntries` */
export async function appendActivity(db: Queryable, entries: Buffer): Promise<void> {
  if (entries.length > 0) await db.query(APPEND.text, [entries]);
}

/** As `appendActivity`, in a transaction of its own. */
export async function commitActivity(database: Database, entries: Buffer): Promise<void> {
  if (entries.length > 0) await database.ask(APPEND, [entries], database.pool);
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
