import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { distributedDatabase, dropDistributed, isOnCitus } from './citus.js';

/** The URL of a database in the PostgreSQL of the test run, by default the migrated one. */
export function databaseUrl(name?: string): string {
  const url = new URL(process.env['TEST_DATABASE_URL']!);
  if (name !== undefined) url.pathname = `/${name}`;
  return url.toString();
}

/** Creates an empty, migrated database; a distributed one with STORES_ON_CITUS. @returns its URL */
export async function cloneDatabase(): Promise<string> {
  if (process.env['STORES_ON_CITUS'] !== undefined) return distributedDatabase();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: databaseUrl('postgres') });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    );
    // PostgreSQL 14 has no other strategy.
    const strategy = rows[0]!.version >= 150_000 ? 'strategy file_copy' : '';
    await client.query(`create database ${name} template insightd ${strategy}`);
  } finally {
    await client.end();
  }
  return databaseUrl(name);
}

/** Ends the connections to a database from `cloneDatabase` and drops it. */
export async function dropDatabase(url: string): Promise<void> {
  await closeIdle(url);
  if (isOnCitus(url)) return dropDistributed(url);
  const client = new pg.Client({ connectionString: databaseUrl('postgres') });
  await client.connect();
  await client.query(`drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
  await client.end();
}

/** Opening a connection costs 20 ms of CPU time, ten times as much as the query of a condition that a test waits for. */
const KEPT_MS = 1_000;
const pools = new Map<string, pg.Pool>();

function poolOf(url: string): pg.Pool {
  const known = pools.get(url);
  if (known) return known;
  const pool = new pg.Pool({
    ...{ connectionString: url, idleTimeoutMillis: KEPT_MS, allowExitOnIdle: true },
  });
  // A test may end all connections of a database.
  pool.on('error', () => undefined);
  pools.set(url, pool);
  return pool;
}

/** Closes the connections of `ask` to a database. */
export async function closeIdle(url: string): Promise<void> {
  const pool = pools.get(url);
  pools.delete(url);
  await pool?.end();
}

/** Runs one query on a database, on a connection that the next queries reuse. */
export async function ask<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = await poolOf(url).connect();
  let isReusable = false;
  try {
    const { rows } = await client.query<Row>(sql, values);
    // A changed default of a database applies to new connections.
    isReusable = !sql.startsWith('alter database');
    return rows;
  } finally {
    client.release(!isReusable);
  }
}

/** Like `cloneDatabase`, with sessions in a given time zone, such as Pacific/Auckland. */
export async function cloneDatabaseIn(timeZone: string): Promise<string> {
  const url = await cloneDatabase();
  const name = new URL(url).pathname.slice(1);
  await ask(url, `alter database ${name} set timezone to '${timeZone}'`);
  return url;
}

/** Creates an empty database. @returns its URL */
export async function createDatabase(): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await ask(databaseUrl('postgres'), `create database ${name}`);
  return databaseUrl(name);
}

/** Copies a database that has no connections. @returns the URL of the copy */
export async function copyDatabase(url: string): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const original = new URL(url).pathname.slice(1);
  await closeIdle(url);
  await ask(databaseUrl('postgres'), `create database ${name} template ${original}`);
  return databaseUrl(name);
}
