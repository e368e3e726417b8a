import { Injectable } from '@nestjs/common';
import { Calendar, type ChartMetric } from '#libs/contracts';
import { Database } from '#libs/database';
import { ActivityFold } from '#libs/facts';
import { chartValues } from './chart.query.js';
import type { Period } from './periods.js';

/** Computes the values of charts. */
@Injectable()
export class ChartService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly calendar: Calendar,
  ) {}

  /** The metric's value in each period, zeros included. */
  async values(metric: ChartMetric, periods: readonly Period[]): Promise<number[]> {
    // Includes events accepted just now. The activity of orgs is derived in the background instead.
    if (metric === 'active_users') await this.activity.foldUnlessReadOnly();
    return chartValues(this.database.pool, this.calendar, metric, periods);
  }
}
