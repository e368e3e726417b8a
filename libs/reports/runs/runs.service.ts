import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import {
  Calendar,
  REPORT_RUNS,
  within,
  type JobCatalogue,
  type ReportRunView,
} from '#libs/contracts';
import { Database } from '#libs/database';
import {
  Instance,
  Logger,
  QueueStore,
  SETTINGS,
  databaseNow,
  describeError,
  type Settings,
} from '#libs/platform';
import { DueTimes } from './due.js';
import { reclaimRuns } from './claims.store.js';
import { runView, runViews } from './run-views.query.js';
import { requestDay, requestNow, scheduleRun, waitingRuns, type QueuedRun } from './runs.store.js';

const ENQUEUE_TIMEOUT_MS = 2_000;
const LOST_AFTER_SECONDS = 5;

/**
 * Schedules runs. The row in PostgreSQL is authoritative; a job only notifies a worker, so lost, late or repeated jobs
 * do no harm. The database's clock decides which runs are due.
 */
@Injectable()
export class RunsService {
  private readonly due: DueTimes;

  constructor(
    private readonly database: Database,
    private readonly instance: Instance,
    private readonly logger: Logger,
    private readonly calendar: Calendar,
    private readonly store: QueueStore,
    @Inject(SETTINGS) settings: Pick<Settings, 'REPORT_CRON'>,
    @InjectQueue(REPORT_RUNS) private readonly queue: Queue<JobCatalogue[typeof REPORT_RUNS]>,
  ) {
    this.due = new DueTimes(settings.REPORT_CRON);
  }

  /**
   * Requests a run for now. Its report time is the next whole second, so everything accepted before this call counts
   * and `report_time` is exact.
   */
  async requestNow(): Promise<string> {
    return this.queued(await requestNow(this.database.pool));
  }

  /** Requests a run as of the end of a past day. @param day the first millisecond of the same date in UTC */
  async requestDay(day: number): Promise<string> {
    return this.queued(
      await requestDay(this.database.pool, new Date(this.calendar.lastSecondOf(day))),
    );
  }

  /** Runs of every state, the last added first. @param isAhead only runs with a report time in the future */
  async list(limit: number, isAhead: boolean): Promise<ReportRunView[]> {
    // A requested run waits for the next whole second.
    const after = isAhead ? (await this.now()) + 1000 : undefined;
    return runViews(this.database, this.calendar, { limit, after });
  }

  /** One run; undefined for an unknown id. */
  find(runId: string): Promise<ReportRunView | undefined> {
    return runView(this.database, this.calendar, runId);
  }

  /** The time of the database's clock, milliseconds since 1970. */
  now(): Promise<number> {
    return databaseNow(this.database.pool);
  }

  /** The state of a requested run. */
  async progress(runId: string): Promise<{ state: string; error: string | null }> {
    return this.database.prisma.reportRun.findUniqueOrThrow({
      where: { runId },
      select: { state: true, error: true },
    });
  }

  /**
   * Recovers from crashes, flushed queues and missed schedules: adds the scheduled run that is due, reclaims
   * runs whose lease has expired, and adds jobs for runs that still wait.
   */
  async sweep(): Promise<void> {
    const { pool } = this.database;
    await this.scheduleDue();
    await reclaimRuns(pool);
    for (const run of await waitingRuns(pool, LOST_AFTER_SECONDS)) await this.enqueue(run);
  }

  /** Adds the latest scheduled run, unless it exists. */
  async scheduleDue(): Promise<void> {
    const { pool } = this.database;
    // Read before the current time, because the first read writes it.
    const installedAt = await this.instance.installedAt();
    const now = await databaseNow(pool);
    const due = this.due.latest(now);
    // An installation time in the future was written by a wrong clock.
    if (due < installedAt && installedAt <= now) return;
    const run = await scheduleRun(pool, new Date(due));
    if (run) await this.enqueue(run);
  }

  private async queued(run: QueuedRun): Promise<string> {
    await this.enqueue(run);
    return run.run_id;
  }

  private async enqueue({ run_id: runId, attempt }: QueuedRun): Promise<void> {
    // One job per attempt of a run, however often it is added. The job is not delayed until the run is due: BullMQ
    // delays by the clocks of processes, so the worker that takes the job waits instead.
    try {
      // When the store was replaced, a worker of the new store adds the job to the right queue.
      if (!(await this.store.isSame())) return;
      const added = this.queue.add('run', { runId }, { jobId: `${runId}_${attempt}` });
      await within(ENQUEUE_TIMEOUT_MS, added);
    } catch (error) {
      this.logger.warn('report run waits for the sweep: the queue is away', {
        runId,
        ...describeError(error),
      });
    }
  }
}
