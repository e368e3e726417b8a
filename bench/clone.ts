import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { packageRoot } from '#libs/database';
import type { Closable } from './closing.js';
import type { Bench } from './stage.js';

const MAIN = join(packageRoot, 'dist', 'apps', 'cli', 'main.js');

/** A store that a stage may write to, usually a copy of the reference store. */
export interface Clone extends Closable {
  databaseUrl: string;
  query<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>;
  /** The source's ids of all users or orgs. */
  ids(of: 'user' | 'org'): Promise<string[]>;
}

/**
 * Copies the reference store, file by file. It must have no other connections: PostgreSQL waits 5 seconds for
 * them to end, then refuses.
 */
export async function cloneStore(
  { databaseUrl }: Pick<Bench, 'databaseUrl'>,
  name: string,
): Promise<Clone> {
  const source = pg.escapeIdentifier(new URL(databaseUrl).pathname.slice(1));
  return makeStore(databaseUrl, name, `template ${source} strategy file_copy`);
}

/** Creates an empty, migrated store in the PostgreSQL of the reference store. */
export async function emptyStore(
  { databaseUrl }: Pick<Bench, 'databaseUrl'>,
  name: string,
): Promise<Clone> {
  const store = await makeStore(databaseUrl, name, '');
  // In a separate process: Prisma's engine cannot be opened twice in one process.
  await promisify(execFile)(process.execPath, [MAIN, 'migrate'], {
    env: { ...process.env, DATABASE_URL: store.databaseUrl, REDIS_URL: '' },
  });
  return store;
}

async function makeStore(databaseUrl: string, name: string, how: string): Promise<Clone> {
  const database = `insightd_bench_${name}`;
  await onServer(
    databaseUrl,
    `drop database if exists ${database} with (force)`,
    `create database ${database} ${how}`,
  );
  const url = onDatabase(databaseUrl, database);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined);
  const query = async <R extends pg.QueryResultRow>(sql: string, values?: unknown[]) =>
    (await pool.query<R>(sql, values)).rows;
  return {
    databaseUrl: url,
    query,
    ids: async (of) =>
      (await query<{ id: string }>(`select ${of}_id as id from ${of}_ids`)).map(({ id }) => id),
    close: async () => {
      await pool.end();
      await onServer(databaseUrl, `drop database ${database} with (force)`);
    },
  };
}

/** Runs statements about databases from a connection to another database. */
async function onServer(databaseUrl: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: onDatabase(databaseUrl, 'postgres') });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function onDatabase(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}
