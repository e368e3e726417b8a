import pg from 'pg';
import { waitFor } from './api.js';

/** A lock that a test holds. */
export interface Hold {
  /** Waits until another session waits for the lock. */
  isWaitedFor: () => Promise<unknown>;
  release: () => Promise<void>;
}

const WAITING = `
  select from pg_locks
  where not granted and relation = any($1::regclass[])
    and database = (select oid from pg_database where datname = current_database())`;

/** Locks a table against readers and writers: a run that reads it stops in the middle. */
export const holdTable = (databaseUrl: string, table: string) =>
  hold(databaseUrl, [table], 'access exclusive');

/** Locks a table against writes only: a writer stops in the middle of its transaction. */
export const holdWriters = (databaseUrl: string, table: string) =>
  hold(databaseUrl, [table], 'share row exclusive');

async function hold(databaseUrl: string, tables: string[], mode: string): Promise<Hold> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  const names = tables.map((table) => pg.escapeIdentifier(table)).join(', ');
  await client.query(`begin; lock table ${names} in ${mode} mode`);
  return {
    isWaitedFor: () =>
      waitFor(async () => (await client.query(WAITING, [tables])).rows[0] as object),
    release: () => client.end(),
  };
}

/** Stops every report run after its start: those that read everything, and those that read only changes. */
export const holdRuns = (databaseUrl: string) =>
  hold(databaseUrl, ['memberships', 'fact_changes'], 'access exclusive');
