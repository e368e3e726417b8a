import pg from 'pg';

const REFUSED_OPTIONS = '08P01';
// Any option will do: PgBouncer refuses those that it cannot carry from session to session, or is told
// to drop them.
const MARK = '-c insightd.own_session=yes';
const MARKED = `select current_setting('insightd.own_session', true) as mark`;

/**
 * Whether a connection to this address is a session of its own for as long as it lives; not so behind
 * a pooler such as PgBouncer. There, the lock of a session outlives its owner, and who listens hears nothing.
 */
export async function hasOwnSessions(databaseUrl: string): Promise<boolean> {
  const { connectionString, options = '' } = withOptions(databaseUrl);
  const client = new pg.Client({ connectionString, options: `${options} ${MARK}` });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<{ mark: string | null }>(MARKED)).rows[0]?.mark === 'yes';
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === REFUSED_OPTIONS) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** An address, and beside it the options that it brings: those of an address win over any others. */
export function withOptions(databaseUrl: string): { connectionString: string; options?: string } {
  const address = new URL(databaseUrl);
  const options = address.searchParams.get('options');
  address.searchParams.delete('options');
  return { connectionString: address.href, ...(options !== null && { options }) };
}
