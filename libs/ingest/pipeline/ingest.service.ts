import { Inject, Injectable } from '@nestjs/common';
import type { EventOf, IngestReply, NativeEvent, Sender } from '#libs/contracts';
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
import type { Incoming } from '../http/read-events.js';

/** The events of one transaction, at most; larger ones are no faster and hold their locks longer. */
const GROUP_EVENTS = 10_000;
/** A group that takes longer makes the process one that cannot take events just now. */
const SLOW_MS = 8_000;

const MEBIBYTE = 1024 * 1024;
/** Each process looks whether the letters are too many after it has written this part of what they may take. */
const LOOKS_A_MAXIMUM = 16;

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
  /** Written since the letters were last looked at. */
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
      'INGEST_CONCURRENCY' | 'INGEST_QUEUE' | 'DEAD_LETTER_MAX_MB'
    >,
  ) {
    this.writer = new GroupWriter((group) => this.writeGroup(group), {
      writers: settings.INGEST_CONCURRENCY,
      groupSize: GROUP_EVENTS,
      queueSize: settings.INGEST_QUEUE,
    });
    metrics.beforeReading(() => metrics.ingestWaiting.set(this.writer.waiting));
    readiness.add('Events cannot be written just now.', () => {
      if (this.writer.slowestMs > SLOW_MS) throw new Error('a group of events waits');
    });
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
        if (deletes(written)) await lockLetters(db, 'alone');
        await within(db);
        await eraseTracesOf(db, written);
      }),
    );
  }

  /** Notes what is to be looked up, in a transaction of `commit`. */
  async addLookUps(db: Connection, lookUps: readonly WantedFetch[]): Promise<void> {
    if (lookUps.length > 0) await addFetches(db, lookUps, await this.facts.hashKey(db));
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
        await this.addLetters(db, rejected);
        await this.addLookUps(db, lookUps);
      });
    }
    stopTimer();
  }

  /** Keeps letters, and now and then drops the oldest beyond what all of them may take. */
  private async addLetters(
    db: Connection,
    rejected: readonly (Rejected & Omit<Taken, 'batch'>)[],
  ): Promise<void> {
    if (rejected.length === 0) return;
    await addDeadLetters(db, rejected, await this.facts.hashKey(db));
    this.letterBytes += rejected.reduce((sum, letter) => sum + bytesOfLetter(letter), 0);
    const maxBytes = this.settings.DEAD_LETTER_MAX_MB * MEBIBYTE;
    if (this.letterBytes < maxBytes / LOOKS_A_MAXIMUM) return;
    this.letterBytes = 0;
    await dropExcessLetters(db, maxBytes);
  }

  private async commitActivity(events: readonly EventOf<'user.active'>[]): Promise<void> {
    await this.facts.resolving(events, (ids) =>
      this.facts.commitActivity(this.database, events, ids),
    );
  }

  private reply({ events, rejected }: CheckedBatch, sender: Sender): IngestReply {
    this.outcomes.record('accepted', events, sender);
    this.outcomes.record('rejected', rejected, sender);
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
