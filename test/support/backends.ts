import { Queue, createPostgresBackend, setDefaultBackendFactory } from 'bullmq';
import pg from 'pg';
import { waitFor } from './api.js';
import { ask } from './database.js';
import { hasRedis, startRedis } from './redis.js';

/** The backend of the queues of one test's services, with the faults that a test can cause. */
export interface QueueHome {
  /** Settings for every process that uses this backend. */
  environment: Record<string, string>;
  /** Drops every job and all other data of the queues. */
  flush: () => Promise<void>;
  /** Delivers a job of a run again and waits until a worker has finished it. */
  deliver: (runId: string) => Promise<void>;
  close: () => Promise<void>;
}

export interface Backend {
  name: 'PostgreSQL' | 'Redis';
  open: (databaseUrl: string) => Promise<QueueHome>;
}

/** The available backends: only PostgreSQL if this machine has no redis-server. */
export const backends: Backend[] = [
  { name: 'PostgreSQL', open: (databaseUrl) => Promise.resolve(inPostgres(databaseUrl)) },
  ...(hasRedis ? [{ name: 'Redis' as const, open: inRedis }] : []),
];

const QUEUE = 'report-runs';

function inPostgres(databaseUrl: string): QueueHome {
  const pool = new pg.Pool({ connectionString: databaseUrl, options: '-c search_path=bullmq' });
  pool.on('error', () => undefined);
  let queue: Queue | undefined;
  const open = () => {
    setDefaultBackendFactory(createPostgresBackend);
    return new Queue(QUEUE, { connection: pool });
  };
  return {
    environment: { DATABASE_URL: databaseUrl },
    flush: async () => {
      await ask(databaseUrl, 'truncate bullmq.job, bullmq.meta, bullmq.event cascade');
    },
    deliver: (runId) => deliver((queue ??= open()), runId),
    close: async () => {
      await queue?.close();
      await pool.end();
    },
  };
}

async function inRedis(databaseUrl: string): Promise<QueueHome> {
  const redis = await startRedis();
  const prefix = await queuePrefix(databaseUrl);
  let queue: Queue | undefined;
  const open = () => {
    setDefaultBackendFactory();
    return new Queue(QUEUE, { connection: { url: redis.url }, prefix });
  };
  return {
    environment: { DATABASE_URL: databaseUrl, REDIS_URL: redis.url },
    flush: redis.flush,
    deliver: (runId) => deliver((queue ??= open()), runId),
    close: async () => {
      await queue?.close();
      await redis.kill();
    },
  };
}

const PLACE = `
  select '{insightd-' || system_identifier || '-' || oid || '}' as prefix
  from pg_control_system(), pg_database where datname = current_database()`;

/** The prefix of the keys of a store's queues in Redis. */
async function queuePrefix(databaseUrl: string): Promise<string> {
  return (await ask<{ prefix: string }>(databaseUrl, PLACE))[0]!.prefix;
}

let deliveries = 0;

async function deliver(queue: Queue, runId: string): Promise<void> {
  const jobId = `again-${++deliveries}`;
  await queue.add('run', { runId }, { jobId, removeOnComplete: true, removeOnFail: true });
  await waitFor(async () => ((await queue.getJob(jobId)) === undefined ? true : undefined));
}
