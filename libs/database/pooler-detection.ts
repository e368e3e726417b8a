import pg from 'pg';
import { withConnection } from './pools.js';

const REFUSED_OPTIONS = '08P01';
// Any custom option works: PgBouncer refuses options that it cannot carry between sessions, or ignores them when
// configured to.
const MARK = '-c insightd.own_session=yes';
const ANSWER_MS = 10_000;
const MARKED = `select current_setting('insightd.own_session', true) as mark`;

/**
 * Whether each connection to this address has a session of its own. Behind a pooler such as PgBouncer it has not:
 * a session lock outlives its owner, and `LISTEN` receives nothing.
 */
export async function hasDedicatedSessions(databaseUrl: string): Promise<boolean> {
  const { connectionString, options = '' } = withOptions(databaseUrl);
  const config = { connectionString, options: `${options} ${MARK}` };
  try {
    return await withConnection(config, ANSWER_MS, async (client) => {
      const { rows } = await client.query<{ mark: string | null }>(MARKED);
      return rows[0]?.mark === 'yes';
    });
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === REFUSED_OPTIONS) return false;
    throw error;
  }
}

/** Splits an address into the address and its `options`: `pg` would let them override all others. */
export function withOptions(databaseUrl: string): { connectionString: string; options?: string } {
  const address = new URL(databaseUrl);
  const options = address.searchParams.get('options');
  address.searchParams.delete('options');
  return { connectionString: address.href, ...(options !== null && { options }) };
}
