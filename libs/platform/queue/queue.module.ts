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
/** For a statement of the queues that the watchdog does not see; longer than its limit. */
const STATEMENT_MS = 20_000;

/** One attempt: the row that a job names decides about retries. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** The queues live in Redis if it is configured, else in PostgreSQL. No other code depends on which. */
@Global()
@Module({})
export class QueueModule {
  static register(...names: QueueName[]): DynamicModule {
    const queues = BullModule.registerQueue(...names.map((name) => ({ name })));
    const root = BullModule.forRootAsync({
      inject: [SETTINGS, QueueStore, Logger],
      useFactory: async (settings: Settings, store: QueueStore, logger: Logger) => ({
        ...(settings.REDIS_URL === undefined
          ? queuesInPostgres(settings.DATABASE_DIRECT_URL!)
          : await queuesInRedis(settings.REDIS_URL, store, logger)),
        defaultJobOptions: JOB_OPTIONS,
      }),
    });
    return { module: QueueModule, imports: [root, queues], exports: [queues] };
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

/** In PostgreSQL the queues are in the store's own database: they need no prefix. */
function queuesInPostgres(databaseUrl: string): QueueOptions {
  setDefaultBackendFactory(patient(createQueueBackend));
  // BullMQ adds options of its own to these.
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
 * Makes the tables of the queues in PostgreSQL; processes that start together take turns.
 * @param databaseUrl leads to PostgreSQL itself: BullMQ sets options of its sessions and listens in them
 * @throws Error when a pooler that shares sessions is in between
 */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  if (!(await hasDedicatedSessions(databaseUrl))) {
    throw new Error(
      'The queues cannot live behind a pooler such as PgBouncer: ' +
        'set REDIS_URL, or DATABASE_DIRECT_URL to the address of PostgreSQL itself.',
    );
  }
  await withConnection({ connectionString: databaseUrl }, MIGRATION_MS, async (client) => {
    await checkSchemaRight(client, SCHEMA);
    await runMigrations(client);
  });
}
