import { migrationNames, newerStoreMessage, schemaState } from './migrations.js';
import { takeMigrationLock } from './migration-lock.js';
import { hasDedicatedSessions } from './pooler-detection.js';
import { openPool, withConnection } from './pools.js';
import { NO_FILTERS, WholeScripts, migrationList, withSchemaEngine } from './schema-engine.js';

const ANSWER_MS = 10_000;
/** A migration may rewrite a large table, without a byte of progress. */
const MIGRATION_MS = 3_600_000;

/**
 * Brings the store to the newest migration with Prisma's own engine. It writes `_prisma_migrations`, as
 * `prisma migrate deploy` does. Processes that start together take turns. A store that is up to date is only read.
 * @param databaseUrl the address of PostgreSQL itself when there are migrations to apply: the engine takes a session lock,
 *   which PgBouncer would never release
 * @returns the names of the migrations applied now
 * @throws Error when a pooler that shares sessions is in between, and when the store is a newer build's
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  if (await isUpToDate(databaseUrl)) return [];
  if (!(await hasDedicatedSessions(databaseUrl))) {
    throw new Error(
      'The database has to be brought up to date, which cannot be done through a pooler such as ' +
        'PgBouncer: set DATABASE_DIRECT_URL to the address of PostgreSQL itself.',
    );
  }
  return withConnection({ connectionString: databaseUrl }, ANSWER_MS, async (client) => {
    await takeMigrationLock(client);
    // Another process, also of a newer build, may have held the lock before.
    if (await isUpToDate(databaseUrl)) return [];
    return applyMigrations(databaseUrl);
  });
}

/** @throws Error when a newer build has migrated the store */
async function isUpToDate(databaseUrl: string): Promise<boolean> {
  const names = await migrationNames();
  const state = await withConnection({ connectionString: databaseUrl }, ANSWER_MS, (client) =>
    schemaState(client, names),
  );
  if (state.unknown !== undefined) throw new Error(newerStoreMessage(state.unknown));
  return state.isUpToDate;
}

async function applyMigrations(databaseUrl: string): Promise<string[]> {
  const migrationsList = await migrationList();
  const pool = openPool({ connectionString: databaseUrl }, MIGRATION_MS);
  try {
    const applied = await withSchemaEngine(new WholeScripts(pool), (engine) =>
      engine.applyMigrations({ migrationsList, filters: NO_FILTERS }),
    );
    return applied.appliedMigrationNames;
  } finally {
    await pool.end();
  }
}
