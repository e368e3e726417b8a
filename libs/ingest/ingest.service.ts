import { Inject, Injectable } from '@nestjs/common';
import type { CheckContext, EventOf, IngestReply, NativeEvent } from '#libs/contracts';
import { FactsService, forgetIdentities } from '#libs/facts';
import { Clock, Database, Metrics, SETTINGS, type Connection, type Settings } from '#libs/platform';
import { checkAll, type CheckedBatch, type Rejected } from './check.js';
import { addDeadLetters, eraseBodies, tidyDeadLetters } from './dead-letters.store.js';
import { GroupWriter } from './group-writer.js';
import type { Incoming } from './read-events.js';

/** The events of one transaction, at most; larger ones are no faster and hold their locks longer. */
const GROUP_EVENTS = 10_000;

/** What one request brought. */
interface Taken {
  batch: CheckedBatch;
  receivedAt: number;
}

/** The one way in: whatever source events come from, they are checked, written and answered here. */
@Injectable()
export class IngestService {
  private readonly writer: GroupWriter<Taken>;

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
    this.writer = new GroupWriter((group) => this.writeGroup(group), {
      writers: settings.INGEST_CONCURRENCY,
      groupSize: GROUP_EVENTS,
      queueSize: settings.INGEST_QUEUE,
    });
    metrics.beforeReading(() => metrics.ingestWaiting.set(this.writer.waiting));
  }

  /**
   * Takes in a batch: returns once every usable event, and every unusable one as a dead letter, is
   * committed.
   * @param defaultSource the source of events that name none
   * @throws ApiError `unavailable` when too much waits; nothing was written then
   */
  take(incoming: readonly Incoming[], defaultSource: string): Promise<IngestReply> {
    const now = this.clock.now();
    const batch = checkAll(incoming, { now, receivedAt: now, defaultSource });
    // Not awaited here: what came would stay in memory for as long as the checked events wait.
    return this.written({ batch, receivedAt: now }, Math.max(1, incoming.length));
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
    await this.commit(batch.events, (db) => within(db, batch));
    return this.reply(batch);
  }

  /** Drops what has been remembered for long enough. */
  async tidy(): Promise<void> {
    await forgetIdentities(this.database.pool, this.settings.IDENTITY_DAYS);
    await tidyDeadLetters(this.database.pool, this.settings.DEAD_LETTER_DAYS);
  }

  private async written(taken: Taken, size: number): Promise<IngestReply> {
    await this.writer.write(taken, size);
    return this.reply(taken.batch);
  }

  /** One transaction for whatever requests came together. */
  private async writeGroup(group: Taken[]): Promise<void> {
    const stopTimer = this.metrics.ingestSeconds.startTimer();
    const events = group.flatMap(({ batch }) => batch.events);
    const rejected = group.flatMap(({ batch, receivedAt }) =>
      batch.rejected.map((letter) => ({ ...letter, receivedAt })),
    );
    if (rejected.length === 0 && events.every(isActivity)) await this.commitActivity(events);
    else await this.commit(events, (db) => addDeadLetters(db, rejected));
    stopTimer();
  }

  private async commitActivity(events: readonly EventOf<'user.active'>[]): Promise<void> {
    const ids = await this.facts.resolve(events);
    await this.facts.commitActivity(this.database, events, ids);
  }

  private async commit(
    events: readonly NativeEvent[],
    within: (db: Connection) => Promise<void>,
  ): Promise<void> {
    const ids = await this.facts.resolve(events);
    await this.database.transaction(async (db) => {
      const written = await this.facts.write(db, events, ids);
      await within(db);
      await eraseBodies(db, written.deletedUserIds, written.deletedOrgIds);
    });
  }

  /** One step a type, not an event: finding a counter by its labels takes as long as checking an event. */
  private count(told: readonly { type: string | null }[], outcome: 'accepted' | 'rejected'): void {
    const counts = new Map<string, number>();
    for (const { type } of told) {
      counts.set(type ?? 'unknown', (counts.get(type ?? 'unknown') ?? 0) + 1);
    }
    for (const [type, count] of counts) this.metrics.events.labels(type, outcome).inc(count);
  }

  private reply({ events, rejected }: CheckedBatch): IngestReply {
    this.count(events, 'accepted');
    this.count(rejected, 'rejected');
    return { accepted: events.length, rejected: rejected.map(rejection) };
  }
}

function isActivity(event: NativeEvent): event is EventOf<'user.active'> {
  return event.type === 'user.active';
}

function rejection({ index, id, errors }: Rejected): IngestReply['rejected'][number] {
  return { index, id, errors };
}
