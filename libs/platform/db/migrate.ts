import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { packageRoot } from './package-root.js';

// Any number no other program is likely to lock: the letters "insi".
const MIGRATION_LOCK = 0x696e7369;

/**
 * Brings the store to the newest migration with Prisma's own engine, here as WebAssembly so that no
 * binary has to be downloaded. It writes `_prisma_migrations`, as `prisma migrate deploy` does.
 * Processes that start together take turns.
 * @returns the names of the migrations applied now
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: databaseUrl });
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await applyMigrations(databaseUrl);
  } finally {
    await lock.end();
  }
}

async function applyMigrations(databaseUrl: string): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  pool.on('error', () => undefined);
  const engine = await openEngine(pool);
  try {
    const baseDir = join(packageRoot, 'prisma');
    const applied = await engine.applyMigrations({
      migrationsList: {
        baseDir,
        lockfile: await lockfile(baseDir),
        shadowDbInitScript: '',
        migrationDirectories: await migrationDirectories(join(baseDir, 'migrations')),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return applied.appliedMigrationNames;
  } finally {
    engine.free();
    await pool.end();
  }
}

async function lockfile(baseDir: string) {
  const path = 'migrations/migration_lock.toml';
  return { path, content: await readFile(join(baseDir, path), 'utf8') };
}

async function migrationDirectories(directory: string) {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (path) => {
      const value = await readFile(join(directory, path, 'migration.sql'), 'utf8');
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
  const schema = await readFile(join(packageRoot, 'prisma', 'schema.prisma'), 'utf8');
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  return engine.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => undefined,
    adapter,
  );
}
