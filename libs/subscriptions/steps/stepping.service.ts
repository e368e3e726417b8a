import { Injectable } from '@nestjs/common';
import { Logger, describeError } from '#libs/platform';
import { DeliveryQueue } from '../delivery/delivery-queue.service.js';
import { Steps } from './steps.service.js';

/** Pauses after failures of a subscription's step: twice as long each time. */
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [2_000, 300_000];

/** Takes the steps that are due, in a worker. */
@Injectable()
export class Stepping {
  /** By subscription: its failures in a row, and when it is tried again, by the monotonic clock. */
  private readonly failures = new Map<string, { count: number; until: number }>();

  constructor(
    private readonly steps: Steps,
    private readonly queue: DeliveryQueue,
    private readonly logger: Logger,
  ) {}

  /** Takes the step of every subscription that is due. A failure of one does not delay the others. */
  async stepDue(): Promise<void> {
    for (const id of await this.steps.due()) {
      const failed = this.failures.get(id);
      if (failed && performance.now() < failed.until) continue;
      try {
        await this.steps.step(id);
        this.failures.delete(id);
        await this.queue.notify(id);
      } catch (error) {
        const count = (failed?.count ?? 0) + 1;
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), LONGEST_PAUSE_MS);
        this.failures.set(id, { count, until: performance.now() + pause });
        const fields = { subscriptionId: id, ...describeError(error) };
        this.logger.warn('the step of a subscription failed and will be tried again', fields);
      }
    }
  }
}
