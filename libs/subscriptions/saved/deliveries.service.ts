import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { ApiError, rankingOf, type Delivery, type DeliveryPage } from '#libs/contracts';
import { Database } from '#libs/database';
import { DeliveryQueue } from '../delivery/delivery-queue.service.js';
import { idOf } from '../steps/ids.js';
import { addMessage } from '../steps/outbox.store.js';
import { partsOf } from '../steps/parts.js';
import { CannotGoOn, Steps } from '../steps/steps.service.js';
import {
  countWaitingTests,
  deliveriesOf,
  findDelivery,
  holdSubscription,
  replayDelivery,
} from './deliveries.query.js';
import { unknown } from './subscriptions.service.js';
import { findSubscription, type StoredSubscription } from './subscriptions.store.js';

/** Rows of the list that a test message shows. */
const TEST_ROWS = 3;
const MAX_WAITING_TESTS = 10;

/** Lists, replays and tests the deliveries of subscriptions. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly database: Database,
    private readonly steps: Steps,
    private readonly queue: DeliveryQueue,
  ) {}

  /** The last first. @throws ApiError `not_found` */
  async page(id: string, pageNumber: number, pageSize: number): Promise<DeliveryPage> {
    await this.subscription(id);
    const first = pageNumber * pageSize;
    const { deliveries, total } = await deliveriesOf(this.database.pool, id, first, pageSize);
    return {
      deliveries,
      current_page: pageNumber,
      page_size: pageSize,
      total_count: total,
      has_more_results: first + pageSize < total,
    };
  }

  /** @throws ApiError `not_found`, or `conflict` while it waits or when the subscription has ended */
  async replay(subscriptionId: string, id: string): Promise<Delivery> {
    const { pool } = this.database;
    const subscription = await this.subscription(subscriptionId);
    const before = await findDelivery(pool, subscriptionId, id);
    if (!before) {
      const message = `There is no such delivery. GET /api/insights/v1/subscriptions/${subscriptionId}/deliveries lists the deliveries.`;
      throw new ApiError('not_found', message);
    }
    if (!(await replayDelivery(pool, subscriptionId, id))) {
      const message =
        subscription.state === 'ended'
          ? 'The subscription has ended. Save it again, so that it becomes active.'
          : 'The delivery waits already: it is attempted at next_attempt_at.';
      throw new ApiError('conflict', message);
    }
    await this.queue.notify(subscriptionId);
    return (await findDelivery(pool, subscriptionId, id)) ?? before;
  }

  /**
   * Stores a test message with the first rows of the latest list. It does not wait for other deliveries.
   * @throws ApiError `not_found`, or `conflict` when too many tests wait or the list cannot be made
   */
  async test(id: string): Promise<Delivery> {
    const { pool } = this.database;
    const subscription = await this.subscription(id);
    if ((await countWaitingTests(pool, id)) >= MAX_WAITING_TESTS) {
      const message = `${MAX_WAITING_TESTS} tests wait already. Is a worker running?`;
      throw new ApiError('conflict', message);
    }
    const messageId = randomUUID();
    const latest = await this.latest(subscription);
    const rows = latest ? latest.list.rows.length / latest.list.width : 0;
    const message = {
      ...{ id: messageId, subscriptionId: id, kind: 'test' as const },
      ranking: rankingOf(subscription.report, subscription.interval)!,
      from: undefined,
      to: latest && { run_id: latest.run.runId, report_time: latest.run.reportTime },
      ...{ entered: latest?.list, left: undefined, rebased: false },
      isDigest: !('every' in subscription.schedule),
    };
    await this.database.transaction(async (db) => {
      // Its removal must not leave the delivery behind.
      if (!(await holdSubscription(db, id))) throw unknown();
      await addMessage(db, message, partsOf(rows));
    });
    await this.queue.notify(id);
    return (await findDelivery(pool, id, idOf('delivery', messageId, '1')))!;
  }

  private async latest(subscription: StoredSubscription) {
    try {
      return await this.steps.latest(subscription, TEST_ROWS);
    } catch (error) {
      if (error instanceof CannotGoOn) throw new ApiError('conflict', error.message);
      throw error;
    }
  }

  private async subscription(id: string): Promise<StoredSubscription> {
    const found = await findSubscription(this.database.pool, id);
    if (!found) throw unknown();
    return found;
  }
}
