import { Injectable } from '@nestjs/common';
import {
  ApiError,
  Calendar,
  rankingOf,
  subjectOf,
  type Ranking,
  type Where,
} from '#libs/contracts';
import { Database, type Connection } from '#libs/database';
import { Turns, databaseNow } from '#libs/platform';
import { FrozenLists, frozenLength, type FrozenList, type KeptRun } from '#libs/reports';
import { SegmentsService } from '#libs/segments';
import { nextMoment } from '../schedule/moments.js';
import { differences, noDifferences } from './differences.js';
import { idOf } from './ids.js';
import { addMessage } from './outbox.store.js';
import { partsOf } from './parts.js';
import {
  baselineList,
  dueSubscriptions,
  lockSubscription,
  pauseSubscription,
  setBaseline,
  setNextAt,
  type SteppedSubscription,
  isAhead,
} from './steps.store.js';

/** Steps at a time in a process. Each uses two connections. */
const AT_ONCE = 2;
const MAX_WAITING = 1_000;

/** The list of a subscription in a run, and what it was made by. */
interface Narrowed {
  ranking: Ranking;
  definition: string;
  list: FrozenList;
}

/**
 * Moves subscriptions from one run to the next and stores what has changed. A step is one transaction that locks the
 * subscription, so that each change is stored once, however many workers try (docs/semantics.md).
 */
@Injectable()
export class Steps {
  private readonly turns = new Turns(AT_ONCE, MAX_WAITING, 'subscriptions');

  constructor(
    private readonly database: Database,
    private readonly lists: FrozenLists,
    private readonly segments: SegmentsService,
    private readonly calendar: Calendar,
  ) {}

  /** The subscriptions that need a step. */
  async due(): Promise<string[]> {
    const latest = await this.lists.run('latest');
    return latest ? dueSubscriptions(this.database.pool, latest) : [];
  }

  /** Makes the latest run the baseline of a new subscription, or the first one if there was none when it was created. */
  async takeBaseline(id: string): Promise<void> {
    await this.locked(id, (db, subscription) => this.begin(db, subscription));
  }

  /**
   * Takes the step of a subscription, if it is due: stores the changes since its baseline, and makes the latest run its
   * baseline. A subscription that cannot go on is paused.
   * @throws ApiError `not_found` when the run was pruned in the meantime
   */
  async step(id: string): Promise<void> {
    await this.locked(id, async (db, subscription) => {
      if (!subscription.baseline) await this.begin(db, subscription);
      else if (subscription.isActive && subscription.isDue) await this.advance(db, subscription);
    });
  }

  /** The list of a subscription in the latest run, at most `most` rows; undefined before the first run. */
  async latest(
    subscription: Pick<SteppedSubscription, 'report' | 'interval' | 'where' | 'segment'>,
    most: number,
  ): Promise<(Narrowed & { run: KeptRun }) | undefined> {
    const run = await this.lists.run('latest');
    const narrowed = run && (await this.narrowed(run, subscription, most));
    return narrowed && { ...narrowed, run };
  }

  private locked(
    id: string,
    work: (db: Connection, subscription: SteppedSubscription) => Promise<void>,
  ): Promise<void> {
    return this.turns.take(() =>
      this.database.transaction(async (db) => {
        const subscription = await lockSubscription(db, id);
        if (!subscription) return;
        try {
          await work(db, subscription);
        } catch (error) {
          if (!(error instanceof CannotGoOn)) throw error;
          await pauseSubscription(db, id, error.message);
        }
      }, 'long'),
    );
  }

  private async begin(db: Connection, subscription: SteppedSubscription): Promise<void> {
    if (subscription.baseline) return;
    const run = await this.lists.run(subscription.takesFirstRun ? 'first' : 'latest');
    const taken = run && (await this.narrowed(run, subscription));
    if (taken) await setBaseline(db, subscription.id, run, taken.definition, taken.list);
  }

  private async advance(db: Connection, subscription: SteppedSubscription): Promise<void> {
    const { id, schedule, baseline } = subscription;
    const run = await this.lists.run('latest');
    if (run && run.runId !== baseline!.run_id && !(await isAhead(db, baseline!, run))) {
      const after = await this.narrowed(run, subscription);
      // The run was made by a version without the report: the next one has it.
      if (after) await this.store(db, subscription, run, after);
    }
    const nextAt = nextMoment(schedule, this.calendar, await databaseNow(db));
    if (nextAt !== undefined) await setNextAt(db, id, nextAt);
  }

  /** Stores the message of a step, unless nothing has changed, and the new baseline. */
  private async store(
    db: Connection,
    { id, change, schedule, baseline }: SteppedSubscription,
    run: KeptRun,
    { ranking, definition, list }: Narrowed,
  ): Promise<void> {
    const from = baseline!;
    const before = await baselineList(db, id);
    const rebased = from.exclusions !== run.exclusionsVersion || from.definition !== definition;
    const none = noDifferences(before, list);
    const changed = rebased ? none : differences(before, list);
    const entered = change === 'left' ? none.entered : changed.entered;
    const left = change === 'entered' ? none.left : changed.left;
    const rows = frozenLength(entered) + frozenLength(left);
    const isDigest = !('every' in schedule);
    if (rows > 0 || rebased || isDigest) {
      const message = {
        // The version, because a store that was restored may make a run a second time.
        id: idOf('message', id, from.run_id, run.runId, run.version),
        ...{ subscriptionId: id, kind: 'change' as const, ranking },
        from: { run_id: from.run_id, report_time: from.report_time },
        to: { run_id: run.runId, report_time: run.reportTime },
        ...{ entered, left, rebased, isDigest },
      };
      await addMessage(db, message, partsOf(rows));
    }
    await setBaseline(db, id, run, definition, list);
  }

  private async narrowed(
    run: KeptRun,
    subscription: Pick<SteppedSubscription, 'report' | 'interval' | 'where' | 'segment'>,
    most?: number,
  ): Promise<Narrowed | undefined> {
    const { report, interval } = subscription;
    const ranking = rankingOf(report, interval);
    if (!ranking) throw new CannotGoOn(`This version has no report ${report} of ${interval}.`);
    const where = await this.whereOf(subscription);
    const keys = where && (await this.segments.matching(ranking.subject, where));
    const list = await this.lists.of(run, ranking, keys, most);
    // Saved in a segment or not: the same conditions are the same definition.
    const definition = JSON.stringify([report, interval, where ?? null]);
    return list && { ranking, definition, list };
  }

  /** @throws CannotGoOn when the segment was removed, or a key is not known any more */
  private async whereOf({
    report,
    where,
    segment,
  }: Pick<SteppedSubscription, 'report' | 'where' | 'segment'>): Promise<Where | undefined> {
    const request = { where: where ?? undefined, segment: segment ?? undefined };
    try {
      return await this.segments.resolve(subjectOf(report), request);
    } catch (error) {
      if (!(error instanceof ApiError) || !['invalid', 'not_found'].includes(error.code))
        throw error;
      throw new CannotGoOn(error.message);
    }
  }
}

/** Only a change of the subscription helps; the message says what is wrong. */
export class CannotGoOn extends Error {}
