import { Processor } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { REPORT_RUNS, type JobCatalogue } from '#libs/contracts';
import {
  Logger,
  QUEUE_RETRY_MS,
  QueueStore,
  Readiness,
  StoreJobs,
  StoreWatch,
} from '#libs/platform';
import { RunExecutor } from './run-executor.service.js';

/** Processes the jobs of report runs, one at a time. */
@Injectable()
@Processor(REPORT_RUNS, { concurrency: 1, runRetryDelay: QUEUE_RETRY_MS })
export class ReportRunsProcessor extends StoreJobs<JobCatalogue[typeof REPORT_RUNS]> {
  constructor(
    private readonly executor: RunExecutor,
    logger: Logger,
    readiness: Readiness,
    watch: StoreWatch,
    store: QueueStore,
  ) {
    super({ logger, readiness, watch, store });
  }

  protected work({ runId }: JobCatalogue[typeof REPORT_RUNS]): Promise<void> {
    return this.executor.execute(runId);
  }

  protected stop(): Promise<void> {
    return this.executor.stop();
  }
}
