import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { PRISMA_FOLDER, migrationNames } from './migrations.js';
import { statementsOf } from './statements.js';

/** The engine ignores no table: schema.prisma describes all of them. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Runs `work` with Prisma's schema engine on the database of `adapter`. The WebAssembly build of the engine needs no
 * download of a binary.
 */
export async function withSchemaEngine<Result>(
  adapter: WholeScripts,
  work: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  const engine = await openEngine(adapter);
  try {
    return await work(engine);
  } finally {
    engine.free();
  }
}

/** The migrations of this build with their SQL. */
export async function migrationList(): Promise<MigrationList> {
  const path = 'migrations/migration_lock.toml';
  return {
    baseDir: PRISMA_FOLDER,
    lockfile: { path, content: await readFile(join(PRISMA_FOLDER, path), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all((await migrationNames()).map(migrationDirectory)),
  };
}

async function migrationDirectory(path: string) {
  const value = await readFile(join(PRISMA_FOLDER, 'migrations', path, 'migration.sql'), 'utf8');
  return {
    path,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } },
  };
}

/**
 * Sends a script to PostgreSQL as one simple query: PostgreSQL finds the statements itself and applies all or none of
 * them. With Citus, the statements are sent one by one in a transaction. Prisma's adapter splits a script at every semicolon, even inside functions and comments.
 */
export class WholeScripts extends PrismaPg {
  override async connect() {
    const adapter: SqlDriverAdapter = await super.connect();
    // Without arguments, `pg` uses the simple query protocol.
    adapter.executeScript = async (sql) => {
      if (await hasCitus(adapter)) await executeOneByOne(adapter, statementsOf(sql));
      else await adapter.executeRaw(withoutArguments(sql));
    };
    return adapter as Awaited<ReturnType<PrismaPg['connect']>>;
  }
}

const withoutArguments = (sql: string) => ({ sql, args: [], argTypes: [] });

async function hasCitus(adapter: SqlDriverAdapter): Promise<boolean> {
  const found = withoutArguments(`select 1 as found from pg_extension where extname = 'citus'`);
  return (await adapter.queryRaw(found)).rows.length > 0;
}

/** Citus hands the text of a query on to its nodes, which accept a single statement. */
async function executeOneByOne(
  adapter: SqlDriverAdapter,
  statements: readonly string[],
): Promise<void> {
  const transaction = await adapter.startTransaction();
  try {
    for (const sql of statements) await transaction.executeRaw(withoutArguments(sql));
    await transaction.executeRaw(withoutArguments('commit'));
  } catch (error) {
    await transaction.executeRaw(withoutArguments('rollback')).catch(() => undefined);
    await transaction.rollback();
    throw error;
  }
  // Prisma leaves the statement to its caller: this releases the connection.
  await transaction.commit();
}

async function openEngine(adapter: PrismaPg): Promise<SchemaEngine> {
  const { SchemaEngine } = await (loaded ??= loadEngine());
  const schema = await readFile(join(PRISMA_FOLDER, 'schema.prisma'), 'utf8');
  return SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
}

/** Loaded once per process: the package's JavaScript keeps views of the memory of its first instance. */
let loaded: ReturnType<typeof loadEngine> | undefined;

async function loadEngine() {
  const engine = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const home = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const module = await WebAssembly.compile(await readFile(join(home, 'schema_engine_bg.wasm')));
  const instance = await WebAssembly.instantiate(module, {
    './schema_engine_bg.js': engine as never,
  });
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return engine;
}
