import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { WaitingError, type Job } from 'bullmq';
import { SUBSCRIPTION_DELIVERIES, endsWithin, type JobCatalogue } from '#libs/contracts';
import {
  Logger,
  QueueStore,
  Readiness,
  StoreWatch,
  describeError,
  troubleOf,
} from '#libs/platform';
import { Deliverer } from './deliverer.service.js';

const GOODBYE_MS = 2_000;
/** Pause before the queue is polled again after a failure, in addition to the backend's own pause. */
const RETRY_MS = 1_000;
/** Subscriptions at a time, so that a slow receiver does not delay the others. */
const CONCURRENCY = 4;

/** Processes the jobs of deliveries. */
@Injectable()
@Processor(SUBSCRIPTION_DELIVERIES, { concurrency: CONCURRENCY, runRetryDelay: RETRY_MS })
export class DeliveriesProcessor
  extends WorkerHost
  implements OnApplicationBootstrap, OnModuleDestroy
{
  constructor(
    private readonly deliverer: Deliverer,
    private readonly logger: Logger,
    private readonly readiness: Readiness,
    private readonly watch: StoreWatch,
    private readonly store: QueueStore,
  ) {
    super();
  }

  /** A worker is ready when its queue responds and it takes jobs. It pauses while the store belongs to a newer build. */
  onApplicationBootstrap(): void {
    this.readiness.add('The queue does not respond to the worker.', async () => {
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

  async process(
    job: Job<JobCatalogue[typeof SUBSCRIPTION_DELIVERIES]>,
    token?: string,
  ): Promise<void> {
    if (!(await this.store.isSame())) {
      // The job belongs to another store. It goes back into the queue, from which this worker takes no more jobs.
      await job.moveToWait(token);
      throw new WaitingError();
    }
    await this.deliverer.deliver(job.data.subscriptionId);
  }

  /** Logs the error. The worker continues by itself when the queue is available again. */
  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.logger.warn('queue error in the worker', describeError(error));
  }

  private pause(): void {
    void this.worker.pause(true).catch(() => undefined);
  }

  /** Takes no more jobs and ends current attempts. Limits the wait for Redis, which may be away. */
  async onModuleDestroy(): Promise<void> {
    const closed = this.worker.close();
    await this.deliverer.stop();
    await endsWithin(GOODBYE_MS, closed);
  }
}
