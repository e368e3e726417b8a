import { migrationNames, newerStoreMessage, schemaState } from './migrations.js';
import { takeMigrationLock } from './migration-lock.js';
import { hasDedicatedSessions } from './pooler-detection.js';
import { openPool, withConnection } from './pools.js';
import { NO_FILTERS, WholeScripts, migrationList, withSchemaEngine } from './schema-engine.js';

const ANSWER_MS = 10_000;
/** A migration may rewrite a large table and send no byte meanwhile. */
const MIGRATION_MS = 3_600_000;

/**
 * Applies all missing migrations with Prisma's own engine, which writes `_prisma_migrations` as
 * `prisma migrate deploy` does. Processes that start together take turns. A store that is up to date is only read.
 * @param databaseUrl the address of PostgreSQL itself when there are migrations to apply: the engine takes a session
 *   lock, which PgBouncer would never release
 * @returns the names of the migrations applied now
 * @throws Error when the address leads to a pooler that shares sessions, or when a newer build has migrated the store
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  if (await isUpToDate(databaseUrl)) return [];
  if (!(await hasDedicatedSessions(databaseUrl))) {
    throw new Error(
      'The database has to be migrated, which does not work through a pooler such as ' +
        'PgBouncer: set DATABASE_DIRECT_URL to the address of PostgreSQL itself.',
    );
  }
  return withConnection({ connectionString: databaseUrl }, ANSWER_MS, async (client) => {
    await takeMigrationLock(client);
    // Another process, possibly of a newer build, may have migrated the store while this one waited for the lock.
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
