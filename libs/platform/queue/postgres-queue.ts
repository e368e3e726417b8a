import {
  ConnectionClosedError,
  PostgresConnection,
  PostgresQueueBackend,
  assertSchemaCompatibility,
  type BackendFactory,
  type PostgresConnectionOptions,
} from 'bullmq';
import type pg from 'pg';
import { isDatabaseAway, watch, watchPool } from '#libs/database';

/** A statement of the queues takes a millisecond; one that is cancelled is sent again. */
const SILENCE_MS = 5_000;

/**
 * BullMQ 6.7 keeps the outcome of its first attempt to reach PostgreSQL, a failure as well: a worker that began while
 * PostgreSQL did took no job ever after, and its loop, which then has nothing to wait for, let nothing else in the
 * process have a turn. Here a failure is not kept.
 */
class QueueConnection extends PostgresConnection {
  private reached: Promise<void> | undefined;

  constructor(options: PostgresConnectionOptions) {
    super(options);
    watchPool(this.pool as unknown as pg.Pool, SILENCE_MS);
  }

  override async getListenClient(): ReturnType<PostgresConnection['getListenClient']> {
    const client = await super.getListenClient();
    watch(client as pg.ClientBase, SILENCE_MS);
    return client;
  }

  override waitUntilReady(): Promise<void> {
    const reaching = (this.reached ??= this.reach());
    reaching.catch(() => {
      if (this.reached === reaching) this.reached = undefined;
    });
    return reaching;
  }

  private async reach(): Promise<void> {
    const client = await this.pool.connect();
    try {
      await assertSchemaCompatibility(client, this.schema);
    } finally {
      client.release();
    }
    // The caller can add its listener before the event.
    setTimeout(() => this.emit('ready'), 0);
  }
}

/** Says in the words of BullMQ that PostgreSQL is away, so that a worker tries again after a while instead of at once. */
class QueueBackend extends PostgresQueueBackend {
  // The one it inherits keeps a failure as well: a worker that began meanwhile could not end its first job.
  override waitUntilReady(): Promise<void> {
    return this.connection.waitUntilReady();
  }

  override moveToActive(
    ...args: Parameters<PostgresQueueBackend['moveToActive']>
  ): ReturnType<PostgresQueueBackend['moveToActive']> {
    return super.moveToActive(...args).catch((error: unknown) => {
      throw isDatabaseAway(error) ? new ConnectionClosedError(undefined, error) : error;
    });
  }
}

/** BullMQ's backend for queues in PostgreSQL, as `createPostgresBackend`, but one that outlives PostgreSQL's absence. */
export const createQueueBackend: BackendFactory<QueueBackend, PostgresConnectionOptions> = (
  name,
  options,
) => new QueueBackend(new QueueConnection(options.connection), name, options);
