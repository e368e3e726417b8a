import { Controller, Get, Param, Query } from '@nestjs/common';
import { Calendar, segmentParameters, wire, type Chart } from '#libs/contracts';
import { Access, Clock, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { chartOf, chartPath, chartQuery, requestedPeriods } from './chart-request.js';
import { ChartService } from './chart.service.js';
import { ENGAGEMENT_CHARTS } from './engagement/engagement-request.js';
import { MAX_PERIODS } from './periods.js';

const getSegmentedChart = operation({
  id: 'getSegmentedChart',
  tag: 'insights',
  summary: 'A chart over time, of all users or organizations or of a segment',
  description:
    `At most ${MAX_PERIODS} periods. A period that begins or ends outside the requested days is still counted whole. ` +
    'Conditions are on users for signups and active_users, on organizations for orgs_created and active_orgs. ' +
    'Deleted users and organizations have no values, so they satisfy is_not and unset.',
  path: chartPath(ENGAGEMENT_CHARTS),
  query: chartQuery.extend(segmentParameters),
  reply: wire.chart,
});

/** The four charts, narrowed to a segment. */
@Controller('api/insights/v1/charts')
@Access('read')
export class SegmentedChartController {
  constructor(
    private readonly charts: ChartService,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
  ) {}

  @Get(':metric')
  @Operation(getSegmentedChart)
  async chart(
    @Param() { metric }: PathOf<typeof getSegmentedChart>,
    @Query() query: QueryOf<typeof getSegmentedChart>,
  ): Promise<Chart> {
    const today = this.calendar.dayOf(this.clock.now());
    const periods = requestedPeriods(query, today, this.calendar);
    const values = await this.charts.values(metric, periods, query);
    return chartOf(metric, query.cadence, periods, values, today);
  }
}
