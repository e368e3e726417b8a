import { Inject, Injectable } from '@nestjs/common';
import PQueue from 'p-queue';
import { ApiError, type CheckContext, type IngestReply, type NativeEvent } from '#libs/contracts';
import { FactsService, forgetIdentities } from '#libs/facts';
import { Clock, Database, Metrics, SETTINGS, type Connection, type Settings } from '#libs/platform';
import { checkAll, type CheckedBatch, type Rejected } from './check.js';
import { addDeadLetters, eraseBodies, tidyDeadLetters } from './dead-letters.store.js';
import type { Incoming } from './read-events.js';

/** The one way in: whatever source events come from, they are checked, written and answered here. */
@Injectable()
export class IngestService {
  private readonly writers: PQueue;

  constructor(
    private readonly database: Database,
    private readonly facts: FactsService,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    @Inject(SETTINGS)
    private readonly settings: Pick<
      Settings,
      'INGEST_CONCURRENCY' | 'INGEST_QUEUE' | 'IDENTITY_DAYS' | 'DEAD_LETTER_DAYS'
    >,
  ) {
    this.writers = new PQueue({ concurrency: settings.INGEST_CONCURRENCY });
  }

  /**
   * Takes in a batch: returns once every usable event, and every unusable one as a dead letter, is
   * committed.
   * @param defaultSource the source of events that name none
   * @throws ApiError `unavailable` when too many requests wait; nothing was written then
   */
  async take(incoming: readonly Incoming[], defaultSource: string): Promise<IngestReply> {
    const now = this.clock.now();
    const batch = checkAll(incoming, { now, receivedAt: now, defaultSource });
    await this.write(batch, (db) => addDeadLetters(db, batch.rejected, now));
    return this.reply(batch);
  }

  /**
   * Checks and writes again what was kept as dead letters.
   * @param within runs in the same transaction, before it commits
   */
  async retake(
    value: readonly Incoming[],
    context: CheckContext,
    within: (db: Connection, batch: CheckedBatch) => Promise<void>,
  ): Promise<IngestReply> {
    const batch = checkAll(value, context);
    await this.write(batch, (db) => within(db, batch));
    return this.reply(batch);
  }

  /** Drops what has been remembered for long enough. */
  async tidy(): Promise<void> {
    await forgetIdentities(this.database.pool, this.settings.IDENTITY_DAYS);
    await tidyDeadLetters(this.database.pool, this.settings.DEAD_LETTER_DAYS);
  }

  private async write(
    batch: CheckedBatch,
    within: (db: Connection) => Promise<void>,
  ): Promise<void> {
    if (batch.events.length + batch.rejected.length === 0) return;
    if (this.writers.size >= this.settings.INGEST_QUEUE) {
      const message =
        'Too many requests are waiting to be written. Nothing was taken: send it again.';
      throw new ApiError('unavailable', message, { retryAfterSeconds: 1 });
    }
    const done = this.writers.add(() => this.commit(batch.events, within));
    this.metrics.ingestWaiting.set(this.writers.size);
    await done;
    this.metrics.ingestWaiting.set(this.writers.size);
  }

  private async commit(
    events: readonly NativeEvent[],
    within: (db: Connection) => Promise<void>,
  ): Promise<void> {
    const stopTimer = this.metrics.ingestSeconds.startTimer();
    const ids = await this.facts.resolve(events);
    await this.database.transaction(async (db) => {
      const written = await this.facts.write(db, events, ids);
      await within(db);
      await eraseBodies(db, written.deletedUserIds, written.deletedOrgIds);
    });
    stopTimer();
  }

  private reply({ events, rejected }: CheckedBatch): IngestReply {
    for (const event of events) this.metrics.events.labels(event.type, 'accepted').inc();
    for (const letter of rejected) {
      this.metrics.events.labels(letter.type ?? 'unknown', 'rejected').inc();
    }
    return { accepted: events.length, rejected: rejected.map(rejection) };
  }
}

function rejection({ index, id, errors }: Rejected): IngestReply['rejected'][number] {
  return { index, id, errors };
}
