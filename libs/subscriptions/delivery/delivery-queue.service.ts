import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { SUBSCRIPTION_DELIVERIES, within, type JobCatalogue } from '#libs/contracts';
import { Database } from '#libs/database';
import { Logger, Metrics, QueueStore, describeError } from '#libs/platform';
import { countWaiting, dueDeliveries } from './deliveries.store.js';

const ENQUEUE_TIMEOUT_MS = 2_000;

/**
 * Adds jobs for deliveries that are due. The row in PostgreSQL is authoritative; a job only notifies a worker, so lost,
 * late or repeated jobs do no harm.
 */
@Injectable()
export class DeliveryQueue implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly store: QueueStore,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
    @InjectQueue(SUBSCRIPTION_DELIVERIES)
    private readonly queue: Queue<JobCatalogue[typeof SUBSCRIPTION_DELIVERIES]>,
  ) {}

  onModuleInit(): void {
    this.queue.on('error', (error) => this.logger.warn('queue error', describeError(error)));
    this.metrics.beforeReading(async () => {
      this.metrics.deliveriesWaiting.set(await countWaiting(this.database.pool));
      if (!(await this.store.isSame())) return;
      const counts = await this.queue.getJobCounts('waiting', 'active', 'delayed');
      for (const [state, count] of Object.entries(counts))
        this.metrics.queueJobs.labels(SUBSCRIPTION_DELIVERIES, state).set(count);
    });
  }

  /** Adds a job for each subscription with a delivery that is due. @param subscriptionId only this one */
  async notify(subscriptionId?: string): Promise<void> {
    const due = await dueDeliveries(this.database.pool, subscriptionId);
    if (due.length === 0) return;
    try {
      // When the store was replaced, a worker of the new store adds the jobs to the right queue.
      if (!(await this.store.isSame())) return;
      for (const delivery of due) {
        // One job per claim of a delivery, however often it is added.
        const jobId = `${delivery.id}_${delivery.claims}`;
        const data = { subscriptionId: delivery.subscriptionId };
        await within(ENQUEUE_TIMEOUT_MS, this.queue.add('deliver', data, { jobId }));
      }
    } catch (error) {
      this.logger.warn('deliveries wait for the sweep: the queue is away', describeError(error));
    }
  }
}
