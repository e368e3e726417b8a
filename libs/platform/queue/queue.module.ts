import { BullModule } from '@nestjs/bullmq';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import {
  createRedisBackend,
  runMigrations,
  setDefaultBackendFactory,
  type QueueOptions,
} from 'bullmq';
import type { QueueName } from '#libs/contracts';
import {
  hasDedicatedSessions,
  withOptions,
  CONNECTION_OPTIONS,
  withConnection,
  checkSchemaRight,
} from '#libs/database';
import { SETTINGS, type Settings } from '../config/index.js';
import { Logger } from '../logger/logger.js';
import { patient } from './patient.js';
import { createQueueBackend } from './postgres-queue.js';
import { QueueStore } from './queue-store.js';
import { redisConnection } from './redis.js';

/** BullMQ's own schema, in the store's database. */
const SCHEMA = 'bullmq';
const MIGRATION_MS = 600_000;
/** The limit of a statement that the watchdog does not see; longer than the watchdog's own limit. */
const STATEMENT_MS = 20_000;

/** One attempt per job: the row that a job names decides about retries. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** One object, so that the connection is configured once for all queues. */
const ROOT = BullModule.forRootAsync({
  inject: [SETTINGS, QueueStore, Logger],
  useFactory: async (settings: Settings, store: QueueStore, logger: Logger) => ({
    ...(settings.REDIS_URL === undefined
      ? queuesInPostgres(settings.DATABASE_DIRECT_URL!)
      : await queuesInRedis(settings.REDIS_URL, store, logger)),
    defaultJobOptions: JOB_OPTIONS,
  }),
});

/** The queues are in Redis when REDIS_URL is set, otherwise in PostgreSQL. No other code depends on which. */
@Global()
@Module({})
export class QueueModule {
  static register(...names: QueueName[]): DynamicModule {
    const queues = BullModule.registerQueue(...names.map((name) => ({ name })));
    return { module: QueueModule, imports: [ROOT, queues], exports: [queues] };
  }
}

async function queuesInRedis(
  url: string,
  store: QueueStore,
  logger: Logger,
): Promise<QueueOptions> {
  setDefaultBackendFactory(patient(createRedisBackend));
  const prefix = await store.prefix();
  const connection = await redisConnection(url, prefix, logger);
  return { connection: connection as never, prefix };
}

/** Queues in PostgreSQL are in the store's own database, so they need no prefix. */
function queuesInPostgres(databaseUrl: string): QueueOptions {
  setDefaultBackendFactory(patient(createQueueBackend));
  // BullMQ adds its own options to this object.
  const connection = {
    ...CONNECTION_OPTIONS,
    ...withOptions(databaseUrl),
    query_timeout: STATEMENT_MS,
    max: 4,
    skipMigrations: true,
  };
  return { connection: connection };
}

/**
 * Creates the tables of the queues in PostgreSQL. Processes that start together take turns.
 * @param databaseUrl the address of PostgreSQL itself: BullMQ sets options of its sessions and uses `LISTEN`
 * @throws Error when the address leads to a pooler that shares sessions, or when the role may not create the schema
 */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  if (!(await hasDedicatedSessions(databaseUrl))) {
    throw new Error(
      'The queues do not work through a pooler such as PgBouncer: ' +
        'set REDIS_URL, or DATABASE_DIRECT_URL to the address of PostgreSQL itself.',
    );
  }
  await withConnection({ connectionString: databaseUrl }, MIGRATION_MS, async (client) => {
    await checkSchemaRight(client, SCHEMA);
    await runMigrations(client);
  });
}
