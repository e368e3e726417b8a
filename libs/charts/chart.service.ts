import { Injectable } from '@nestjs/common';
import { Calendar, type ChartMetric, type SegmentRequest, type Subject } from '#libs/contracts';
import { Database } from '#libs/database';
import { ActivityFold } from '#libs/facts';
import { SegmentsService, blocksOf } from '#libs/segments';
import { chartValues } from './chart.query.js';
import type { Period } from './periods.js';

const SUBJECTS: Record<ChartMetric, Subject> = {
  ...{ signups: 'user', active_users: 'user' },
  ...{ orgs_created: 'org', active_orgs: 'org' },
};

/** Computes the values of charts. */
@Injectable()
export class ChartService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly segments: SegmentsService,
    private readonly calendar: Calendar,
  ) {}

  /**
   * The metric's value in each period, zeros included.
   * @param request counts only the users or orgs of a segment
   * @throws ApiError `invalid` or `not_found` for conditions or a segment that cannot be used
   */
  async values(
    metric: ChartMetric,
    periods: readonly Period[],
    request: SegmentRequest = {},
  ): Promise<number[]> {
    const counted = await this.segments.countedOf(SUBJECTS[metric], request);
    // Includes events accepted just now. The activity of orgs is derived in the background instead.
    if (metric === 'active_users') await this.activity.foldUnlessReadOnly();
    const segment = counted && blocksOf(counted);
    return chartValues(this.database.pool, this.calendar, metric, periods, segment);
  }
}
