import { Injectable } from '@nestjs/common';
import { Interval, Timeout } from '@nestjs/schedule';
import { Logger, StoreWatch } from '#libs/platform';
import { DeliveryQueue, DeliveryRetention, Stepping } from '#libs/subscriptions';
import { OneAtATime } from './one-at-a-time.js';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Takes the steps of subscriptions, and adds lost jobs of deliveries. PostgreSQL makes sure that each is done once. */
@Injectable()
export class SubscriptionSchedule {
  private readonly tasks: OneAtATime;

  constructor(
    private readonly stepping: Stepping,
    private readonly queue: DeliveryQueue,
    private readonly retention: DeliveryRetention,
    logger: Logger,
    watch: StoreWatch,
  ) {
    this.tasks = new OneAtATime(logger, watch);
  }

  @Interval(SECOND_MS)
  step(): Promise<void> {
    return this.tasks.run('steps of subscriptions', () => this.stepping.stepDue());
  }

  @Interval(SECOND_MS)
  sweep(): Promise<void> {
    return this.tasks.run('sweep of deliveries', () => this.queue.notify());
  }

  @Timeout(30 * SECOND_MS)
  tidySoon(): Promise<void> {
    return this.tidy();
  }

  @Interval(HOUR_MS)
  tidy(): Promise<void> {
    return this.tasks.run('tidying of deliveries', () => this.retention.prune());
  }
}
