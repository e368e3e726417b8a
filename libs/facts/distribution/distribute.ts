import pg from 'pg';
import { takeMigrationLock, withConnection } from '#libs/database';
import { readInviteeHashKey } from '#libs/platform';
import { readDistribution } from './check-distribution.js';
import { LAYOUT, type Placement } from './layout.js';

/** Moving the rows of a large table sends no byte until it ends. */
const MOVE_MS = 24 * 3_600_000;
/** The oldest release of Citus that insightd was tried with. */
const OLDEST_CITUS = 13;

/** A reason that the store cannot be distributed now. Nothing was changed. */
class NotPossible extends Error {}

/**
 * Distributes the facts of a store over the nodes of Citus. A call that was interrupted is continued by the next one.
 * @param databaseUrl the address of the coordinator itself, of a migrated store
 * @param hashKey INVITEE_HASH_KEY
 * @param onTable receives each table that is distributed now
 * @returns false when the store was distributed already
 * @throws Error that says what to do
 */
export async function distribute(
  databaseUrl: string,
  hashKey: string | undefined,
  onTable: (table: string) => void,
): Promise<boolean> {
  return withConnection({ connectionString: databaseUrl }, MOVE_MS, async (db) => {
    await takeMigrationLock(db);
    await expectCitus(db);
    const { recorded, distributed, foreign } = await readDistribution(db);
    if (foreign.length > 0)
      throw new NotPossible(`The table ${foreign[0]} is foreign, so it cannot be distributed.`);
    const missing = LAYOUT.filter(({ table }) => !distributed.includes(table));
    if (recorded === 'complete' && missing.length === 0) return false;
    await expectNoOthers(db);
    // Creates the row of the store.
    await readInviteeHashKey(db, hashKey);
    // Recorded first: a process that starts from now on is refused. One that started before is found by looking again.
    await db.query(`update instance set distribution = 'begun'`);
    await expectNoOthers(db).catch(async (error: unknown) => {
      await db.query('update instance set distribution = $1', [recorded]);
      throw error;
    });
    await prepare(db);
    for (const placement of missing) {
      await move(db, placement);
      onTable(placement.table);
    }
    for (const { table } of LAYOUT) await dropLeftover(db, table);
    await db.query(`update instance set distribution = 'complete'`);
    return true;
  });
}

const EXTENSION = `select extversion as version from pg_extension where extname = 'citus'`;
const CLUSTER = `
  select (select groupid from pg_dist_local_group) as "group",
    exists (select from pg_dist_node where groupid = 0) as "hasCoordinator",
    (select count(*)::int from pg_dist_node
     where groupid <> 0 and noderole = 'primary' and isactive and shouldhaveshards) as nodes`;

async function expectCitus(db: pg.ClientBase): Promise<void> {
  const version = (await db.query<{ version: string }>(EXTENSION)).rows[0]?.version;
  if (version === undefined) {
    throw new NotPossible(
      'Citus is not installed in this database: run "create extension citus" on the coordinator and on each node, and ' +
        'add the nodes with citus_add_node (docs/scale.md).',
    );
  }
  if (Number.parseInt(version, 10) < OLDEST_CITUS)
    throw new NotPossible(
      `Citus ${version} is too old: insightd needs ${OLDEST_CITUS}.0 or newer.`,
    );
  const { rows } = await db.query<{ group: number; hasCoordinator: boolean; nodes: number }>(
    CLUSTER,
  );
  const { group, hasCoordinator, nodes } = rows[0]!;
  if (group !== 0)
    throw new NotPossible('This is a node of Citus: DATABASE_URL must be the coordinator.');
  if (!hasCoordinator) {
    throw new NotPossible(
      'The coordinator does not know its own address: run "select citus_set_coordinator_host(HOST, PORT)".',
    );
  }
  if (nodes === 0)
    throw new NotPossible('Citus has no nodes: add at least one with citus_add_node.');
}

// Every connection of insightd has this name, and writes by others are not expected.
const OTHERS = `
  select count(*)::int as count from pg_stat_activity
  where datname = current_database() and application_name = 'insightd' and pid <> pg_backend_pid()`;

async function expectNoOthers(db: pg.ClientBase): Promise<void> {
  const { count } = (await db.query<{ count: number }>(OTHERS)).rows[0]!;
  if (count === 0) return;
  throw new NotPossible(
    `Processes of insightd use this store (${count} connections): stop them all, then run the command again.`,
  );
}

const TRIGGERS = `
  select tgname as name, tgrelid::regclass::text as "table" from pg_trigger join pg_class on pg_class.oid = tgrelid
  where relnamespace = current_schema()::regnamespace and not tgisinternal and starts_with(tgname, 'note_')`;

/** Makes the store independent of triggers and of the numbers of transactions, which every node has its own of. */
async function prepare(db: pg.ClientBase): Promise<void> {
  const { rows } = await db.query<{ name: string; table: string }>(TRIGGERS);
  for (const { name, table } of rows)
    await db.query(`drop trigger if exists ${pg.escapeIdentifier(name)} on ${table}`);
  await db.query('truncate fact_changes');
}

async function move(db: pg.ClientBase, placement: Placement): Promise<void> {
  const { table, by } = placement;
  if (by === undefined) {
    await db.query('select create_reference_table($1::regclass)', [table]);
    return;
  }
  const first = LAYOUT.find((other) => other.by !== undefined && other.group === placement.group)!;
  await db.query('select create_distributed_table($1::regclass, $2, colocate_with => $3)', [
    ...[table, by, first.table === table ? 'none' : first.table],
  ]);
}

/** Deletes the rows that a table had before, which Citus keeps and hides. */
async function dropLeftover(db: pg.ClientBase, table: string): Promise<void> {
  await db.query('select truncate_local_data_after_distributing_table($1::regclass)', [table]);
  await db.query(`analyze ${table}`);
}
