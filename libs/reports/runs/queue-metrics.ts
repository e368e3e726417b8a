import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { REPORT_RUNS } from '#libs/contracts';
import { Logger, Metrics, QueueStore, describeError } from '#libs/platform';

/** Reports the queue's depth in the metrics and its errors in the log. */
@Injectable()
export class QueueMetrics implements OnModuleInit {
  constructor(
    @InjectQueue(REPORT_RUNS) private readonly queue: Queue,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
    private readonly store: QueueStore,
  ) {}

  onModuleInit(): void {
    this.queue.on('error', (error) => this.logger.warn('queue error', describeError(error)));
    this.metrics.beforeReading(async () => {
      if (!(await this.store.isSame())) return this.metrics.queueJobs.reset();
      const counts = await this.queue.getJobCounts('waiting', 'active', 'delayed');
      for (const [state, count] of Object.entries(counts)) {
        this.metrics.queueJobs.labels(REPORT_RUNS, state).set(count);
      }
    });
  }
}
