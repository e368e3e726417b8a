import { Inject, Injectable } from '@nestjs/common';
import type { EventOf, IngestReply, NativeEvent, Sender } from '#libs/contracts';
import { FactsService } from '#libs/facts';
import { Clock, Database, Metrics, SETTINGS, type Connection, type Settings } from '#libs/platform';
import { checkAll, type CheckedBatch, type Rejected } from './check.js';
import { addDeadLetters, eraseBodies } from './dead-letters.store.js';
import { GroupWriter } from './group-writer.js';
import { addLookUps } from './look-ups.store.js';
import { Outcomes } from './outcomes.js';
import type { Incoming } from './read-events.js';

/** The events of one transaction, at most; larger ones are no faster and hold their locks longer. */
const GROUP_EVENTS = 10_000;

/** What one request brought. */
interface Taken {
  batch: CheckedBatch;
  receivedAt: number;
  sender: Sender;
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
    private readonly outcomes: Outcomes,
    @Inject(SETTINGS)
    settings: Pick<Settings, 'INGEST_CONCURRENCY' | 'INGEST_QUEUE'>,
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
   * @param sender what delivered it; its name is the source of events that name none
   * @throws ApiError `unavailable` when too much waits; nothing was written then
   */
  take(incoming: readonly Incoming[], sender: Sender): Promise<IngestReply> {
    const now = this.clock.now();
    const batch = checkAll(incoming, { now, receivedAt: now, defaultSource: sender.name });
    // Not awaited here: what came would stay in memory for as long as the checked events wait.
    const size = Math.max(1, incoming.length);
    return this.write({ batch, receivedAt: now, sender }, size).then(() =>
      this.reply(batch, sender),
    );
  }

  /**
   * Writes what has been checked, together with what others bring at the same time: fulfilled once it is
   * committed, the rejected as dead letters.
   * @param size of it, in events
   * @throws ApiError `unavailable` when too much waits; nothing was written then
   */
  write(taken: Taken, size: number): Promise<void> {
    return this.writer.write(taken, size);
  }

  /**
   * Writes checked events in a transaction of their own.
   * @param within runs in it, before it commits
   */
  async commit(
    events: readonly NativeEvent[],
    within: (db: Connection) => Promise<void>,
  ): Promise<void> {
    await this.facts.resolving(events, (ids) =>
      this.database.transaction(async (db) => {
        const written = await this.facts.write(db, events, ids);
        await within(db);
        await eraseBodies(db, written.deletedUserIds, written.deletedOrgIds);
      }),
    );
  }

  /** One transaction for whatever requests came together. */
  private async writeGroup(group: Taken[]): Promise<void> {
    const stopTimer = this.metrics.ingestSeconds.startTimer();
    const events = group.flatMap(({ batch }) => batch.events);
    const rejected = group.flatMap(({ batch, ...taken }) =>
      batch.rejected.map((letter) => ({ ...taken, ...letter })),
    );
    const lookUps = group.flatMap(({ batch }) => batch.lookUps ?? []);
    if (rejected.length + lookUps.length === 0 && events.every(isPlainActivity)) {
      await this.commitActivity(events);
    } else {
      await this.commit(events, async (db) => {
        await addDeadLetters(db, rejected);
        await addLookUps(db, lookUps);
      });
    }
    stopTimer();
  }

  private async commitActivity(events: readonly EventOf<'user.active'>[]): Promise<void> {
    await this.facts.resolving(events, (ids) =>
      this.facts.commitActivity(this.database, events, ids),
    );
  }

  private reply({ events, rejected }: CheckedBatch, sender: Sender): IngestReply {
    this.outcomes.tell('accepted', events, sender);
    this.outcomes.tell('rejected', rejected, sender);
    return { accepted: events.length, rejected: rejected.map(rejection) };
  }
}

/** Activity whose identity nobody looks up. */
function isPlainActivity(event: NativeEvent): event is EventOf<'user.active'> {
  return event.type === 'user.active' && !event.remembered;
}

function rejection({ index, id, errors }: Rejected): IngestReply['rejected'][number] {
  return { index, id, errors };
}
