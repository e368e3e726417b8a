import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { StoreWatch } from '#libs/platform';
import { forgetDeliveries } from './deliveries.store.js';

/** Removes old deliveries, in a worker. */
@Injectable()
export class DeliveryRetention {
  constructor(
    private readonly database: Database,
    private readonly watch: StoreWatch,
  ) {}

  /** Delivered messages are kept for 30 days, those that were given up for 90 days. Nothing is removed while clocks disagree. */
  async prune(): Promise<void> {
    if (this.watch.clocksAgree()) await forgetDeliveries(this.database.pool);
  }
}
