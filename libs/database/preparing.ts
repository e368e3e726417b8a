import { hash } from 'node:crypto';
import type pg from 'pg';

/** Names by text. */
const names = new Map<string, string>();

/**
 * The connection with a `query` that prepares every statement with parameters.
 * Their texts must be constant: each one stays in memory, and in PostgreSQL for as long as the connection.
 */
export function preparing(connection: pg.PoolClient): pg.PoolClient {
  const query = (statement: unknown, values?: unknown[]): unknown =>
    typeof statement === 'string' && values
      ? connection.query({ name: nameOf(statement), text: statement, values })
      : connection.query(statement as string, values);
  return Object.create(connection, { query: { value: query } }) as pg.PoolClient;
}

/** Depends on the text alone: behind a pooler, a session may have statements of other processes. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `text_${hash('sha1', text)}`;
  names.set(text, name);
  return name;
}
