import { setTimeout as delay } from 'node:timers/promises';
import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { WaitingError, type Job } from 'bullmq';
import { REPORT_RUNS, type JobCatalogue } from '#libs/contracts';
import {
  Logger,
  Readiness,
  describeError,
  troubleOf,
  QueueStore,
  StoreWatch,
} from '#libs/platform';
import { RunExecutor } from './run-executor.service.js';

const GOODBYE_MS = 2_000;
/** When the queue is asked again after it was away, beside what the backend waits by itself. */
const RETRY_MS = 1_000;

/** Takes the jobs of report runs off the queue, one at a time. */
@Injectable()
@Processor(REPORT_RUNS, { concurrency: 1, runRetryDelay: RETRY_MS })
export class ReportRunsProcessor
  extends WorkerHost
  implements OnApplicationBootstrap, OnModuleDestroy
{
  constructor(
    private readonly executor: RunExecutor,
    private readonly logger: Logger,
    private readonly readiness: Readiness,
    private readonly watch: StoreWatch,
    private readonly store: QueueStore,
  ) {
    super();
  }

  /**
   * A worker is ready when its queue answers and it takes jobs from it. It leaves the jobs to a newer build while
   * the store belongs to one.
   */
  onApplicationBootstrap(): void {
    this.readiness.add('The queue does not answer the worker.', async () => {
      const trouble = troubleOf(this.worker.getBackend());
      if (trouble !== undefined) throw trouble;
      if (!this.worker.isRunning()) throw new Error('the worker takes no jobs');
      await this.worker.getBackend().getCounts(['wait']);
    });
    this.watch.onChange((isNewer) => {
      if (!isNewer) void this.worker.resume().catch(() => undefined);
      else this.pause();
    });
    this.store.onReplaced(() => this.pause());
  }

  async process(job: Job<JobCatalogue[typeof REPORT_RUNS]>, token?: string): Promise<void> {
    if (!(await this.store.isSame())) {
      // The job is another store's: it goes back into the queue, which this worker has left.
      await job.moveToWait(token);
      throw new WaitingError();
    }
    await this.executor.execute(job.data.runId);
  }

  /** The worker goes on by itself when the queue is back. */
  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.logger.warn('queue trouble in the worker', describeError(error));
  }

  private pause(): void {
    void this.worker.pause(true).catch(() => undefined);
  }

  /** Takes no more jobs and lets a run under way end. Without Redis a worker would wait to say good-bye. */
  async onModuleDestroy(): Promise<void> {
    const closed = this.worker.close();
    await this.executor.stop();
    await Promise.race([closed, delay(GOODBYE_MS, undefined, { ref: false })]);
  }
}
