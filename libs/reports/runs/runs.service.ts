import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { DAY_MS, REPORT_RUNS, type JobCatalogue } from '#libs/contracts';
import { Database } from '#libs/database';
import {
  Instance,
  Logger,
  SETTINGS,
  databaseNow,
  describeError,
  type Settings,
} from '#libs/platform';
import { latestDue } from './due.js';
import { reclaimRuns } from './claims.store.js';
import { requestDay, requestNow, scheduleRun, waitingRuns, type QueuedRun } from './runs.store.js';

const ENQUEUE_TIMEOUT_MS = 2_000;
const LOST_AFTER_SECONDS = 5;

/**
 * Sees to it that runs happen: the row in PostgreSQL is the run, a job only tells a worker of it.
 * So a job that is lost, late or delivered twice does no harm. What time it is, the database's clock decides.
 */
@Injectable()
export class RunsService {
  constructor(
    private readonly database: Database,
    private readonly instance: Instance,
    private readonly logger: Logger,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'REPORT_CRON'>,
    @InjectQueue(REPORT_RUNS) private readonly queue: Queue<JobCatalogue[typeof REPORT_RUNS]>,
  ) {}

  /**
   * Asks for a run of now. Its moment is the next whole second: what was accepted before this call
   * counts, and `report_time` is the moment exactly.
   */
  async requestNow(): Promise<string> {
    return this.queued(await requestNow(this.database.pool));
  }

  /** Asks for a run as of the end of a past day. @param day its first millisecond since 1970 */
  async requestDay(day: number): Promise<string> {
    return this.queued(await requestDay(this.database.pool, new Date(day + DAY_MS - 1000)));
  }

  /** How a run that was asked for is getting on. */
  async progress(runId: string): Promise<{ state: string; error: string | null }> {
    return this.database.prisma.reportRun.findUniqueOrThrow({
      where: { runId },
      select: { state: true, error: true },
    });
  }

  /**
   * Puts right what a crash, a flushed queue or a missed schedule left behind: adds the run that is
   * due, gives back runs whose worker ended, and tells the workers of runs that still wait.
   */
  async sweep(): Promise<void> {
    const { pool } = this.database;
    await this.scheduleDue();
    await reclaimRuns(pool);
    for (const run of await waitingRuns(pool, LOST_AFTER_SECONDS)) await this.enqueue(run);
  }

  /** Adds the run of the latest moment of the schedule, unless it is there. */
  async scheduleDue(): Promise<void> {
    const { pool } = this.database;
    // Before the time is asked for, since the first look writes it.
    const installedAt = await this.instance.installedAt();
    const now = await databaseNow(pool);
    const due = latestDue(this.settings.REPORT_CRON, now);
    // One that lies ahead was written by a clock that was wrong.
    if (due < installedAt && installedAt <= now) return;
    const run = await scheduleRun(pool, new Date(due));
    if (run) await this.enqueue(run);
  }

  private async queued(run: QueuedRun): Promise<string> {
    await this.enqueue(run);
    return run.run_id;
  }

  private async enqueue({ run_id: runId, attempt }: QueuedRun): Promise<void> {
    // The same attempt of the same run is one job, however often it is added. It is not delayed until the moment of the
    // run: BullMQ delays by the clocks of processes, so the worker that takes it waits instead.
    const added = this.queue.add('run', { runId }, { jobId: `${runId}_${attempt}` });
    try {
      await withTimeout(added, ENQUEUE_TIMEOUT_MS);
    } catch (error) {
      this.logger.warn('report run waits for the sweep: the queue is away', {
        runId,
        ...describeError(error),
      });
    }
  }
}

async function withTimeout(work: Promise<unknown>, ms: number): Promise<void> {
  work.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
