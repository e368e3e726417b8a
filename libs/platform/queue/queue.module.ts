import { BullModule } from '@nestjs/bullmq';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { runMigrations, setDefaultBackendFactory } from 'bullmq';
import pg from 'pg';
import type { QueueName } from '#libs/contracts';
import { SETTINGS, type Settings } from '../config/index.js';
import { Database, type Queryable } from '../db/database.js';
import { hasOwnSessions, withOptions } from '../db/own-sessions.js';
import { createQueueBackend } from './postgres-queue.js';

/** One attempt: who tries again, and when, is decided by the row a job names. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** The queues live in Redis when there is one, else in PostgreSQL; nothing else tells the difference. */
@Global()
@Module({})
export class QueueModule {
  static register(...names: QueueName[]): DynamicModule {
    const queues = BullModule.registerQueue(...names.map((name) => ({ name })));
    const root = BullModule.forRootAsync({
      inject: [SETTINGS, Database],
      useFactory: async (settings: Settings, { pool }: Database) => ({
        connection: queueConnection(settings) as never,
        // In PostgreSQL the queues are in the store's own database: there is nothing to tell apart.
        ...(settings.REDIS_URL !== undefined && { prefix: await queuePrefix(pool) }),
        defaultJobOptions: JOB_OPTIONS,
      }),
    });
    return { module: QueueModule, imports: [root, queues], exports: [queues] };
  }
}

// A backup that is restored is a store of its own, and so is a copy of the database, though all that is
// in them is the same: what tells them apart is where they are. A standby that takes over is the same.
const WHERE_WE_ARE = `
  select system_identifier || '-' || oid as place
  from pg_control_system(), pg_database
  where datname = current_database()`;

/** Begins the name of all that is ours in Redis: stores that share one must not take each other's jobs. */
async function queuePrefix(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ place: string }>(WHERE_WE_ARE);
  return `insightd-${rows[0]!.place}`;
}

/** What BullMQ connects to; chooses its backend for this process. */
function queueConnection(settings: Pick<Settings, 'REDIS_URL' | 'DATABASE_DIRECT_URL'>): object {
  if (settings.REDIS_URL !== undefined) {
    setDefaultBackendFactory();
    return { url: settings.REDIS_URL, maxRetriesPerRequest: null };
  }
  setDefaultBackendFactory(createQueueBackend);
  // BullMQ adds options of its own to these.
  return { ...withOptions(settings.DATABASE_DIRECT_URL!), max: 4, skipMigrations: true };
}

/**
 * Makes the tables of the queues in PostgreSQL; processes that start together take turns.
 * @param databaseUrl leads to PostgreSQL itself: BullMQ sets options of its sessions and listens in them
 * @throws Error when a pooler that shares sessions is in between
 */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  if (!(await hasOwnSessions(databaseUrl))) {
    throw new Error(
      'The queues cannot live behind a pooler such as PgBouncer: ' +
        'set REDIS_URL, or DATABASE_DIRECT_URL to the address of PostgreSQL itself.',
    );
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
