import pg from 'pg';
import { ask, closeIdle, databaseUrl } from './database.js';

/** The ways to restore an earlier state under a running service. */
export type Way = 'rows' | 'tables';

const TABLES = `
  select relname as name from pg_class
  where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not like '\\_prisma%'
  order by relname`;
const SEQUENCES = `
  select relname as name from pg_class
  where relkind = 'S' and relnamespace = 'public'::regnamespace order by relname`;

/**
 * Copies every table of a store for a later restore.
 * @returns a function that restores them in one transaction, after deleting the rows or truncating the tables
 */
export async function backUp(url: string): Promise<(way: Way) => Promise<void>> {
  const statements = await copyTables(url);
  return (way) => restoreTables(url, statements[way]);
}

/** Copies every table of a store. @returns the statements that restore them */
export async function copyTables(url: string): Promise<Record<Way, string[]>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin isolation level repeatable read; create schema backup');
  const names = async (sql: string) =>
    (await client.query<{ name: string }>(sql)).rows.map(({ name }) => pg.escapeIdentifier(name));
  const [tables, sequences] = [await names(TABLES), await names(SEQUENCES)];
  for (const table of tables)
    await client.query(`create table backup.${table} as table public.${table}`);
  const next = new Map<string, string>();
  for (const sequence of sequences) {
    const { rows } = await client.query<{ next: string }>(
      `select last_value::text || ',' || is_called as next from public.${sequence}`,
    );
    next.set(sequence, rows[0]!.next);
  }
  await client.query('commit');
  await client.end();
  const filled = [
    ...tables.map(
      (table) =>
        `insert into public.${table} overriding system value select * from backup.${table}`,
    ),
    ...[...next].map(([name, value]) => `select setval('public.${name}', ${value})`),
  ];
  return {
    rows: [...tables.map((table) => `delete from public.${table}`), ...filled],
    tables: [...tables.map((table) => `truncate public.${table}`), ...filled],
  };
}

/** Runs the statements of `copyTables` in one transaction. */
export async function restoreTables(url: string, statements: readonly string[]): Promise<void> {
  await untilDone(() => ask(url, `begin; ${statements.join('; ')}; commit`));
}

const DEADLOCK = '40P01';
const ATTEMPTS = 20;

/** Retries after deadlocks with the running service, since a restore locks every table. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if ((error as pg.DatabaseError).code !== DEADLOCK || attempt === ATTEMPTS) throw error;
    }
  }
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);

/** Replaces a database with another one and ends its connections. */
export async function exchange(url: string, otherUrl: string): Promise<void> {
  await closeIdle(otherUrl);
  const client = new pg.Client({ connectionString: databaseUrl('postgres') });
  await client.connect();
  await client.query(`drop database ${nameOf(url)} with (force)`);
  await client.query(`alter database ${nameOf(otherUrl)} rename to ${nameOf(url)}`);
  await client.end();
}

/** Swaps the names of two databases and ends the connections to the first. */
export async function swap(url: string, otherUrl: string): Promise<void> {
  const [one, other] = [nameOf(url), nameOf(otherUrl)];
  const client = new pg.Client({ connectionString: databaseUrl('postgres') });
  await client.connect();
  await client.query(`alter database ${one} allow_connections false`);
  const terminate =
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1';
  await client.query(terminate, [one]);
  await client.query(`alter database ${one} rename to ${one}_moved`);
  await client.query(`alter database ${other} rename to ${one}`);
  await client.query(`alter database ${one}_moved rename to ${other}`);
  await client.query(`alter database ${other} allow_connections true`);
  await client.end();
}
