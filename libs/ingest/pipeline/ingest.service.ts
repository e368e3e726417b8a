import { Inject, Injectable } from '@nestjs/common';
import type {
  DroppedTraits,
  EventOf,
  IngestReply,
  NativeEvent,
  Sender,
  TraitRules,
} from '#libs/contracts';
import { FactsService } from '#libs/facts';
import { Clock, Metrics, Readiness, SETTINGS, type Settings } from '#libs/platform';
import { Database, type Connection } from '#libs/database';
import { checkAll, type CheckedBatch, type Rejected } from './check.js';
import { deletes, eraseTracesOf, lockLetters } from '../dead-letters/dead-letters.erasure.js';
import {
  addDeadLetters,
  bytesOfLetter,
  dropExcessLetters,
} from '../dead-letters/dead-letters.store.js';
import { GroupWriter } from './group-writer.js';
import { addFetches, type WantedFetch } from '../enrichment/enrichment.store.js';
import { Outcomes } from './outcomes.js';
import { nativeTraits } from './trait-rules.js';
import type { Incoming } from '../http/read-events.js';

/** Maximum events per transaction. Larger ones are no faster and hold their locks longer. */
const GROUP_EVENTS = 10_000;
/** While a group takes longer than this, the process is not ready. */
const SLOW_MS = 8_000;

const MEBIBYTE = 1024 * 1024;
/**
 * A process checks the total size of letters each time it has written a sixteenth of the maximum.
 */
const CHECKS_PER_MAXIMUM = 16;

/** The checked events of one request. */
interface Taken {
  batch: CheckedBatch;
  receivedAt: number;
  sender: Sender;
}

/** Rolls a transaction of `commitFromRow` back. */
class RowGone extends Error {}

/** Checks and writes all events, whatever their source, and builds the replies. */
@Injectable()
export class IngestService {
  private readonly writer: GroupWriter<Taken>;
  private readonly traits: TraitRules;
  /** Bytes of letters written since the last check of their total size. */
  private letterBytes = 0;

  constructor(
    private readonly database: Database,
    private readonly facts: FactsService,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly outcomes: Outcomes,
    readiness: Readiness,
    @Inject(SETTINGS)
    private readonly settings: Pick<
      Settings,
      'INGEST_CONCURRENCY' | 'INGEST_QUEUE' | 'DEAD_LETTER_MAX_MB' | 'USER_TRAITS' | 'ORG_TRAITS'
    >,
  ) {
    this.traits = nativeTraits(settings);
    this.writer = new GroupWriter((group) => this.writeGroup(group), {
      writers: settings.INGEST_CONCURRENCY,
      groupSize: GROUP_EVENTS,
      queueSize: settings.INGEST_QUEUE,
    });
    metrics.beforeReading(() => metrics.ingestWaiting.set(this.writer.waiting));
    readiness.add('Events cannot be written at the moment.', () => {
      if (this.writer.slowestMs > SLOW_MS) throw new Error('a group of events waits');
    });
  }

  /**
   * Checks and writes a batch. Resolves when all usable events are committed, and all others as
   * dead letters.
   * @param sender its name is the source of events without a source
   * @throws ApiError `unavailable` when too much work waits; nothing is written then
   */
  take(incoming: readonly Incoming[], sender: Sender): Promise<IngestReply> {
    const now = this.clock.now();
    const { traits } = this;
    const batch = checkAll(incoming, { now, receivedAt: now, defaultSource: sender.name, traits });
    // Not awaited: `incoming` would stay in memory until the events are written.
    const size = Math.max(1, incoming.length);
    return this.write({ batch, receivedAt: now, sender }, size).then(() =>
      this.reply(batch, sender),
    );
  }

  /**
   * Writes a checked batch, in a group with other requests. Resolves when it is committed, rejected
   * events as dead letters.
   * @param size number of events
   * @throws ApiError `unavailable` when too much work waits; nothing is written then
   */
  write(taken: Taken, size: number): Promise<void> {
    return this.writer.write(taken, size);
  }

  /**
   * Writes checked events in a transaction of their own.
   * @param within runs in the same transaction, before it commits
   */
  async commit(
    events: readonly NativeEvent[],
    within: (db: Connection) => Promise<void>,
  ): Promise<void> {
    await this.facts.resolving(events, (ids) =>
      this.database.preparedTransaction(async (db) => {
        const written = await this.facts.write(db, events, ids);
        if (deletes(written)) await lockLetters(db, 'alone');
        await within(db);
        await eraseTracesOf(db, written);
      }),
    );
  }

  /** Records traits that were dropped from committed events. */
  recordDropped(dropped: DroppedTraits | undefined, sender: Sender): void {
    this.outcomes.recordDropped(dropped, sender);
  }

  /**
   * Writes the events made from a stored row and settles the row, in one transaction. Writes
   * nothing when the store does not have the row: it was erased, another process has settled it, or
   * the store was replaced since the row was read.
   * @param settle deletes or updates the row; returns whether it was found
   * @returns whether the row was found
   */
  async commitFromRow(
    events: readonly NativeEvent[],
    settle: (db: Connection) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      await this.commit(events, async (db) => {
        if (!(await settle(db))) throw new RowGone();
      });
      return true;
    } catch (error) {
      if (error instanceof RowGone) return false;
      throw error;
    }
  }

  /** Queues fetches in a transaction of `commit`. */
  async addFetches(db: Connection, fetches: readonly WantedFetch[]): Promise<void> {
    if (fetches.length > 0) await addFetches(db, fetches, await this.facts.hashKey(db));
  }

  /** Writes the batches of several requests in one transaction. */
  private async writeGroup(group: Taken[]): Promise<void> {
    const stopTimer = this.metrics.ingestSeconds.startTimer();
    const events = group.flatMap(({ batch }) => batch.events);
    const rejected = group.flatMap(({ batch, ...taken }) =>
      batch.rejected.map((letter) => ({ ...taken, ...letter })),
    );
    const fetches = group.flatMap(({ batch }) => batch.fetches ?? []);
    if (rejected.length + fetches.length === 0 && events.every(isPlainActivity)) {
      await this.commitActivity(events);
    } else {
      await this.commit(events, async (db) => {
        await this.addLetters(db, rejected);
        await this.addFetches(db, fetches);
      });
    }
    stopTimer();
  }

  /** Stores letters. From time to time, deletes the oldest ones beyond the maximum total size. */
  private async addLetters(
    db: Connection,
    rejected: readonly (Rejected & Omit<Taken, 'batch'>)[],
  ): Promise<void> {
    if (rejected.length === 0) return;
    await addDeadLetters(db, rejected, await this.facts.hashKey(db));
    this.letterBytes += rejected.reduce((sum, letter) => sum + bytesOfLetter(letter), 0);
    const maxBytes = this.settings.DEAD_LETTER_MAX_MB * MEBIBYTE;
    if (this.letterBytes < maxBytes / CHECKS_PER_MAXIMUM) return;
    this.letterBytes = 0;
    await dropExcessLetters(db, maxBytes);
  }

  private async commitActivity(events: readonly EventOf<'user.active'>[]): Promise<void> {
    await this.facts.resolving(events, (ids) =>
      this.facts.commitActivity(this.database, events, ids),
    );
  }

  private reply({ events, rejected, dropped }: CheckedBatch, sender: Sender): IngestReply {
    this.outcomes.record('accepted', events, sender);
    this.outcomes.record('rejected', rejected, sender);
    this.outcomes.recordDropped(dropped, sender);
    return { accepted: events.length, rejected: rejected.map(rejection) };
  }
}

/** Whether an event is activity whose identity is not stored. */
function isPlainActivity(event: NativeEvent): event is EventOf<'user.active'> {
  return event.type === 'user.active' && !event.remembered;
}

function rejection({ index, id, errors }: Rejected): IngestReply['rejected'][number] {
  return { index, id, errors };
}
