import pg from 'pg';
import { withConnection } from './pools.js';

const REFUSED_OPTIONS = '08P01';
// Any option will do: PgBouncer refuses options that it cannot carry between sessions, or is configured to
// drop them.
const MARK = '-c insightd.own_session=yes';
const ANSWER_MS = 10_000;
const MARKED = `select current_setting('insightd.own_session', true) as mark`;

/**
 * Whether each connection to this address is one session; not so behind a pooler such as PgBouncer, where a
 * session lock outlives its owner and `LISTEN` receives nothing.
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

/** An address and the options in it, which take precedence over all others. */
export function withOptions(databaseUrl: string): { connectionString: string; options?: string } {
  const address = new URL(databaseUrl);
  const options = address.searchParams.get('options');
  address.searchParams.delete('options');
  return { connectionString: address.href, ...(options !== null && { options }) };
}
