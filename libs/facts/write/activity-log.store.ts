import type { Database, Queryable, PreparedQuery } from '#libs/database';
import type { PackedActivity } from '../blocks/activity-entries.js';
import { ID_TABLES, StoreChanged, isPresent, parametersOf, type Witnesses } from './witness.js';

const APPEND = 'insert into activity_log (entries, named) values ($1, $2)';
const APPEND_PROVEN: PreparedQuery = {
  name: 'append_proven_activity',
  text: `
    insert into activity_log (entries)
    select $4::bytea where ${isPresent(ID_TABLES.users, 1)}
    returning true as present`,
};
const APPEND_PROVEN_NAMED: PreparedQuery = {
  name: 'append_proven_named_activity',
  text: `
    insert into activity_log (entries, named)
    select $7::bytea, $8::bytea where ${isPresent(ID_TABLES.users, 1)} and ${isPresent(ID_TABLES.orgs, 4)}
    returning true as present`,
};

function isEmpty({ entries, named }: PackedActivity): boolean {
  return entries.length === 0 && named === undefined;
}

/** Appends entries to the activity log. */
export async function appendActivity(db: Queryable, activity: PackedActivity): Promise<void> {
  if (!isEmpty(activity)) await db.query(APPEND, [activity.entries, activity.named]);
}

/**
 * Appends entries in a transaction of its own.
 * @param witnesses of the keys, checked by the same statement
 * @throws StoreChanged when a witness is missing
 */
export async function commitActivity(
  database: Database,
  activity: PackedActivity,
  { users, orgs }: Witnesses,
): Promise<void> {
  if (isEmpty(activity)) return;
  const { entries, named } = activity;
  const written = named
    ? await database.queryPrepared(
        APPEND_PROVEN_NAMED,
        [...parametersOf(users), ...parametersOf(orgs), entries, named],
        database.pool,
      )
    : await database.queryPrepared(APPEND_PROVEN, [...parametersOf(users), entries], database.pool);
  if (written.length === 0) throw new StoreChanged();
}

// About half a million entries per portion; the first row is always taken.
const MAX_ROWS = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;

const TAKE = `
  delete from activity_log
  where id in (
    select id from (
      select id, sum(bytes) over (order by id) - bytes as bytes_before
      from (
        select id, length(entries) + coalesce(length(named), 0) as bytes
        from activity_log order by id limit ${MAX_ROWS}
      ) oldest
    ) counted
    where bytes_before < ${MAX_BYTES}
  )
  returning entries, named`;

/**
 * Takes the oldest rows out of the log. A rollback restores them.
 * @returns packed entries, and whether there may be more
 */
export async function takeActivity(
  db: Queryable,
): Promise<{ taken: PackedActivity[]; rest: boolean }> {
  const { rows } = await db.query<{ entries: Buffer; named: Buffer | null }>(TAKE);
  const taken = rows.map(({ entries, named }) => ({ entries, named: named ?? undefined }));
  const bytes = taken.reduce(
    (sum, { entries, named }) => sum + entries.length + (named?.length ?? 0),
    0,
  );
  return { taken, rest: taken.length === MAX_ROWS || bytes >= MAX_BYTES };
}

/** Whether the log has entries to fold. */
export async function hasActivity(db: Queryable): Promise<boolean> {
  return (await db.query('select from activity_log limit 1')).rowCount === 1;
}
