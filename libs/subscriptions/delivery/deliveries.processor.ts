import { Processor } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { SUBSCRIPTION_DELIVERIES, type JobCatalogue } from '#libs/contracts';
import {
  Logger,
  QUEUE_RETRY_MS,
  QueueStore,
  Readiness,
  StoreJobs,
  StoreWatch,
} from '#libs/platform';
import { Deliverer } from './deliverer.service.js';

/** Subscriptions at a time, so that a slow receiver does not delay the others. */
const CONCURRENCY = 4;

/** Processes the jobs of deliveries. */
@Injectable()
@Processor(SUBSCRIPTION_DELIVERIES, { concurrency: CONCURRENCY, runRetryDelay: QUEUE_RETRY_MS })
export class DeliveriesProcessor extends StoreJobs<JobCatalogue[typeof SUBSCRIPTION_DELIVERIES]> {
  constructor(
    private readonly deliverer: Deliverer,
    logger: Logger,
    readiness: Readiness,
    watch: StoreWatch,
    store: QueueStore,
  ) {
    super({ logger, readiness, watch, store });
  }

  protected work({ subscriptionId }: JobCatalogue[typeof SUBSCRIPTION_DELIVERIES]): Promise<void> {
    return this.deliverer.deliver(subscriptionId);
  }

  protected stop(): Promise<void> {
    return this.deliverer.stop();
  }
}
