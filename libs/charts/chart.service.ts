import { Injectable } from '@nestjs/common';
import { Calendar, type ChartMetric } from '#libs/contracts';
import { Database } from '#libs/database';
import { ActivityFold } from '#libs/facts';
import { chartValues } from './chart.query.js';
import type { Period } from './periods.js';

/** The numbers of the charts. */
@Injectable()
export class ChartService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly calendar: Calendar,
  ) {}

  /** The metric's value in each period, zeros included. */
  async values(metric: ChartMetric, periods: readonly Period[]): Promise<number[]> {
    // Events answered a moment ago show at once; orgs' activity is derived a while later.
    if (metric === 'active_users') await this.activity.foldUnlessReadOnly();
    return chartValues(this.database.pool, this.calendar, metric, periods);
  }
}
