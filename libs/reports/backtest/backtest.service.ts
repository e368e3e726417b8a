import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ApiError, Calendar, endsWithin, formatDay, type Backtest } from '#libs/contracts';
import { exclusionsVersion } from '#libs/facts';
import { Database } from '#libs/database';
import { Clock, SETTINGS, Turns, type Settings } from '#libs/platform';
import { checkDay, latestDay } from './backtest-days.js';
import type { BacktestResult, BacktestTask } from './backtest-thread.js';
import { backtestOf } from './backtest.js';

const ENTRY = new URL('./backtest-thread.js', import.meta.url);

/** A result is given again for this long. Facts change, but the past hardly does. */
const KEPT_MS = 60_000;
const KEPT = 100;
/** Days that wait while another one is computed. */
const MAX_WAITING = 5;
/** A request waits this long. The computation continues, so that a later request finds its result. */
const WAIT_MS = 20_000;
const RETRY_SECONDS = 10;
/** A thread with a result may close its connections for this long. */
const END_MS = 5_000;
/** A computation that takes longer is given up. */
const MAX_MS = 10 * 60_000;

const GIVEN_UP: BacktestResult = { problem: 'The backtest was given up.', isDatabaseAway: false };

/**
 * Backtests of past days, one at a time. Each runs in a thread that reads all memberships, so that other requests are
 * answered in the meantime, and the memory is freed afterwards.
 */
@Injectable()
export class BacktestService implements OnModuleDestroy {
  private readonly turns = new Turns(1, MAX_WAITING, 'backtests');
  private readonly known = new LRUCache<string, Backtest>({ max: KEPT, ttl: KEPT_MS });
  private readonly begun = new Map<string, Promise<Backtest>>();
  private thread: Worker | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * @param day the first millisecond of the same date in UTC; by default the latest possible day
   * @throws ApiError `invalid` for a day whose 30 days after are not over, `unavailable` when the result takes longer
   *   than a request waits
   */
  async of(day?: number): Promise<Backtest> {
    const today = this.calendar.dayOf(this.clock.now());
    const asOf = day ?? latestDay(this.calendar, today);
    checkDay(this.calendar, today, asOf);
    const name = `${formatDay(asOf)} ${await exclusionsVersion(this.database.pool)}`;
    return this.known.get(name) ?? this.inTime(this.shared(name, asOf));
  }

  async onModuleDestroy(): Promise<void> {
    await this.thread?.terminate();
  }

  /** Concurrent requests for one day share one computation. */
  private shared(name: string, day: number): Promise<Backtest> {
    const begun = this.begun.get(name);
    if (begun) return begun;
    const work = this.turns
      .take(() => this.compute(day))
      .then((result) => {
        this.known.set(name, result);
        return result;
      })
      .finally(() => this.begun.delete(name));
    this.begun.set(name, work);
    return work;
  }

  private async inTime(work: Promise<Backtest>): Promise<Backtest> {
    // Nothing waits for the result when the request has ended.
    work.catch(() => undefined);
    const end = new AbortController();
    const late = delay(WAIT_MS, undefined, { ref: false, signal: end.signal });
    const result = await Promise.race([work, late.catch(() => undefined)]).finally(() =>
      end.abort(),
    );
    if (result) return result;
    const message = 'The backtest is still being computed. Send the request again.';
    throw new ApiError('unavailable', message, { retryAfterSeconds: RETRY_SECONDS });
  }

  private async compute(day: number): Promise<Backtest> {
    const workerData: BacktestTask = { settings: this.settings, day };
    const thread = new Worker(ENTRY, { workerData });
    this.thread = thread;
    thread.unref();
    const late = setTimeout(() => void thread.terminate(), MAX_MS).unref();
    try {
      const result = await resultOf(thread);
      if ('outcomes' in result) return backtestOf(result.outcomes, this.settings.HEALTH_WEIGHTS);
      if (!result.isDatabaseAway) throw new Error(result.problem);
      const message = 'The database does not answer. Send the request again.';
      throw new ApiError('unavailable', message, { retryAfterSeconds: RETRY_SECONDS });
    } finally {
      clearTimeout(late);
      this.thread = undefined;
    }
  }
}

/**
 * The result of a thread. Resolves when the thread has closed its connections, so that the next one can start, or has
 * taken too long to.
 * @throws the error of a thread that fails before it has a result
 */
export async function resultOf(thread: Worker, endMs = END_MS): Promise<BacktestResult> {
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const failed = new Promise<never>((_, reject) => thread.on('error', reject));
  const answered = once(thread, 'message') as Promise<[BacktestResult]>;
  // A failure after the message does not change the result.
  for (const one of [failed, answered]) one.catch(() => undefined);
  const given = ended.then((): [BacktestResult] => [GIVEN_UP]);
  const [result] = await Promise.race([answered, failed, given]);
  if (!(await endsWithin(endMs, ended))) await thread.terminate();
  return result;
}
