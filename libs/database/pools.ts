import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { watch, watchPool } from './watchdog.js';

const CONNECT_WITHIN_MS = 5_000;
const END_WITHIN_MS = 1_000;
/** Idle time after which a keep-alive probe is sent; 10 s later a dead connection is closed. */
const KEEP_ALIVE_MS = 15_000;
/** Prepared statements about one run's snapshot go with the connection. */
const LIFETIME_SECONDS = 3_600;

/** What every connection of ours to PostgreSQL has in common. */
export const CONNECTION_OPTIONS = {
  connectionTimeoutMillis: CONNECT_WITHIN_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  application_name: 'insightd',
};

/**
 * A pool whose connections are watched.
 * @param silenceMs after which one is given up, unless it is taken out with another limit
 */
export function openPool(config: pg.PoolConfig, silenceMs: number): pg.Pool {
  const { onConnect } = config;
  const pool = new pg.Pool({
    ...CONNECTION_OPTIONS,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    ...config,
    ...(onConnect && {
      onConnect: (client: pg.ClientBase) => {
        watch(client, silenceMs);
        return onConnect(client);
      },
    }),
  });
  watchPool(pool, silenceMs);
  // An idle connection that breaks is replaced at its next use; without a listener it would throw.
  pool.on('error', () => undefined);
  return pool;
}

/**
 * Runs `work` over a separate connection, which is watched and closed afterwards.
 * @param silenceMs after which it is given up
 */
export async function withConnection<T>(
  config: pg.ClientConfig,
  silenceMs: number,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...CONNECTION_OPTIONS, ...config });
  client.on('error', () => undefined);
  try {
    await client.connect();
    watch(client, silenceMs);
    return await work(client);
  } finally {
    // A server that is silent would be waited for.
    const ended = client.end().catch(() => undefined);
    await Promise.race([ended, delay(END_WITHIN_MS, undefined, { ref: false })]);
  }
}
