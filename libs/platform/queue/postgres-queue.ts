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

/** Statements of the queues take a millisecond. BullMQ sends a cancelled one again. */
const SILENCE_MS = 5_000;

/**
 * Retries a failed first attempt to reach PostgreSQL. BullMQ 6.7 keeps the result of that attempt even when it failed:
 * a worker started before PostgreSQL was ready never took a job, and its loop, with nothing to wait for, blocked
 * everything else in the process.
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
    // Emits later, so that the caller can add its listener first.
    setTimeout(() => this.emit('ready'), 0);
  }
}

/** Reports an unavailable PostgreSQL with BullMQ's own error, so that a worker waits before it retries. */
class QueueBackend extends PostgresQueueBackend {
  // The inherited method also keeps a failure: a worker that started meanwhile could not finish its first job.
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

/** BullMQ's backend for queues in PostgreSQL, like `createPostgresBackend`, but it survives an outage of PostgreSQL. */
export const createQueueBackend: BackendFactory<QueueBackend, PostgresConnectionOptions> = (
  name,
  options,
) => new QueueBackend(new QueueConnection(options.connection), name, options);
