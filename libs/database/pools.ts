import pg from 'pg';
import { endsWithin } from '#libs/contracts';
import { watch, watchPool } from './watchdog.js';

const CONNECT_WITHIN_MS = 5_000;
const END_WITHIN_MS = 1_000;
/** Idle time after which a keep-alive probe is sent; 10 s later a dead connection is closed. */
const KEEP_ALIVE_MS = 15_000;
/** Bounds the number of prepared statements per connection: each run's snapshot adds some. */
const LIFETIME_SECONDS = 3_600;

/** The options of every connection to PostgreSQL. */
export const CONNECTION_OPTIONS = {
  connectionTimeoutMillis: CONNECT_WITHIN_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  application_name: 'insightd',
};

/**
 * Opens a pool and watches its connections for silence.
 * @param silenceMs the limit of each connection, unless `limitSilence` sets another one
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
  // The pool replaces an idle connection that breaks. Without a listener the event would throw.
  pool.on('error', () => undefined);
  return pool;
}

/**
 * Runs `work` on a connection of its own, watches it for silence, and closes it afterwards.
 * @param silenceMs the limit of silence
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
    // `end` would wait for a server that is silent.
    await endsWithin(END_WITHIN_MS, client.end());
  }
}
