import { Injectable } from '@nestjs/common';
import { Interval, Timeout } from '@nestjs/schedule';
import { Logger, StoreWatch, describeError } from '#libs/platform';
import { DeliveryQueue, DeliveryRetention, Stepping } from '#libs/subscriptions';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Takes the steps of subscriptions, and adds lost jobs of deliveries. PostgreSQL makes sure that each is done once. */
@Injectable()
export class SubscriptionSchedule {
  private readonly underWay = new Set<string>();

  constructor(
    private readonly stepping: Stepping,
    private readonly queue: DeliveryQueue,
    private readonly retention: DeliveryRetention,
    private readonly logger: Logger,
    private readonly watch: StoreWatch,
  ) {}

  @Interval(SECOND_MS)
  step(): Promise<void> {
    return this.once('steps of subscriptions', () => this.stepping.stepDue());
  }

  @Interval(SECOND_MS)
  sweep(): Promise<void> {
    return this.once('sweep of deliveries', () => this.queue.notify());
  }

  @Timeout(30 * SECOND_MS)
  tidySoon(): Promise<void> {
    return this.tidy();
  }

  @Interval(HOUR_MS)
  tidy(): Promise<void> {
    return this.once('tidying of deliveries', () => this.retention.prune());
  }

  private async once(name: string, work: () => Promise<void>): Promise<void> {
    if (this.underWay.has(name) || this.watch.newerStore !== undefined) return;
    this.underWay.add(name);
    try {
      await work();
    } catch (error) {
      this.logger.warn(`${name} failed and will be tried again`, describeError(error));
    } finally {
      this.underWay.delete(name);
    }
  }
}
