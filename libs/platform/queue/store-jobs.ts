import { OnWorkerEvent, WorkerHost } from '@nestjs/bullmq';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { WaitingError, type Job } from 'bullmq';
import { endsWithin } from '#libs/contracts';
import type { Readiness } from '../health/readiness.js';
import type { StoreWatch } from '../instance/store-watch.js';
import { describeError, type Logger } from '../logger/logger.js';
import type { QueueStore } from './queue-store.js';
import { troubleOf } from './patient.js';

const GOODBYE_MS = 2_000;
/** Pause before the queue is polled again after a failure, in addition to the backend's own pause. */
export const QUEUE_RETRY_MS = 1_000;

interface Surroundings {
  logger: Logger;
  readiness: Readiness;
  watch: StoreWatch;
  store: QueueStore;
}

/** Processes the jobs of a queue of this store. */
export abstract class StoreJobs<Payload>
  extends WorkerHost
  implements OnApplicationBootstrap, OnModuleDestroy
{
  constructor(private readonly surroundings: Surroundings) {
    super();
  }

  protected abstract work(payload: Payload): Promise<void>;

  /** Ends the current work, before the process ends. */
  protected abstract stop(): Promise<void>;

  /**
   * A worker is ready when its queue responds and it takes jobs. It pauses while the store belongs to a newer build,
   * which then takes the jobs.
   */
  onApplicationBootstrap(): void {
    const { readiness, watch, store } = this.surroundings;
    readiness.add('The queue does not respond to the worker.', async () => {
      const trouble = troubleOf(this.worker.getBackend());
      if (trouble !== undefined) throw trouble;
      if (!this.worker.isRunning()) throw new Error('the worker takes no jobs');
      await this.worker.getBackend().getCounts(['wait']);
    });
    watch.onChange((isNewer) => {
      if (!isNewer) void this.worker.resume().catch(() => undefined);
      else this.pause();
    });
    store.onReplaced(() => this.pause());
  }

  async process(job: Job<Payload>, token?: string): Promise<void> {
    if (!(await this.surroundings.store.isSame())) {
      // The job belongs to another store. It goes back into the queue, from which this worker takes no more jobs.
      await job.moveToWait(token);
      throw new WaitingError();
    }
    await this.work(job.data);
  }

  /** Logs the error. The worker continues by itself when the queue is available again. */
  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.surroundings.logger.warn('queue error in the worker', describeError(error));
  }

  private pause(): void {
    void this.worker.pause(true).catch(() => undefined);
  }

  /** Takes no more jobs and ends the current work. Limits the wait for Redis, which may be away. */
  async onModuleDestroy(): Promise<void> {
    const closed = this.worker.close();
    await this.stop();
    await endsWithin(GOODBYE_MS, closed);
  }
}
