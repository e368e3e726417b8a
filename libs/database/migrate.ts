import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PRISMA_FOLDER, migrationNames, newerStoreMessage, schemaState } from './migrations.js';
import { hasDedicatedSessions } from './pooler-detection.js';
import { openPool, withConnection } from './pools.js';
import { takeMigrationLock } from './migration-lock.js';

const ANSWER_MS = 10_000;
/** A migration may rewrite a large table, without a byte of progress. */
const MIGRATION_MS = 3_600_000;

/**
 * Brings the store to the newest migration with Prisma's own engine, here as WebAssembly so that no
 * binary has to be downloaded. It writes `_prisma_migrations`, as `prisma migrate deploy` does.
 * Processes that start together take turns. A store that is up to date is only looked at.
 * @param databaseUrl leads to PostgreSQL itself where there is something to do: the engine, too, takes
 *   the lock of a session, which behind PgBouncer would stay for ever
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
  const pool = openPool({ connectionString: databaseUrl }, MIGRATION_MS);
  const engine = await openEngine(pool);
  try {
    const applied = await engine.applyMigrations({
      migrationsList: {
        baseDir: PRISMA_FOLDER,
        lockfile: await lockfile(),
        shadowDbInitScript: '',
        migrationDirectories: await migrationDirectories(),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return applied.appliedMigrationNames;
  } finally {
    engine.free();
    await pool.end();
  }
}

async function lockfile() {
  const path = 'migrations/migration_lock.toml';
  return { path, content: await readFile(join(PRISMA_FOLDER, path), 'utf8') };
}

async function migrationDirectories() {
  return Promise.all(
    (await migrationNames()).map(async (path) => {
      const value = await readFile(
        join(PRISMA_FOLDER, 'migrations', path, 'migration.sql'),
        'utf8',
      );
      return {
        path,
        migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } },
      };
    }),
  );
}

/** Opens the engine over the ordinary driver adapter; the caller frees it. */
async function openEngine(pool: pg.Pool) {
  const engine = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const home = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const module = await WebAssembly.compile(await readFile(join(home, 'schema_engine_bg.wasm')));
  const instance = await WebAssembly.instantiate(module, {
    './schema_engine_bg.js': engine as never,
  });
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  const schema = await readFile(join(PRISMA_FOLDER, 'schema.prisma'), 'utf8');
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  return engine.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => undefined,
    adapter,
  );
}
