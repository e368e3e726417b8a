import pg from 'pg';
import { withConnection } from './pools.js';

const REFUSED_OPTIONS = '08P01';
// Any option will do: PgBouncer refuses options that it cannot carry between sessions, or is configured to
// drop them.
const MARK = '-c insightd.own_session=yes';
const ANSWER_MS = 10_000;
const MARKED = `select current_setting('insightd.own_session', true) as mark`;

/**
 * Whether a connection to this address is a session of its own for as long as it lives; not so behind
 * a pooler such as PgBouncer. There, the lock of a session outlives its owner, and who listens hears nothing.
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

/** An address, and beside it the options that it brings: those of an address win over any others. */
export function withOptions(databaseUrl: string): { connectionString: string; options?: string } {
  const address = new URL(databaseUrl);
  const options = address.searchParams.get('options');
  address.searchParams.delete('options');
  return { connectionString: address.href, ...(options !== null && { options }) };
}
