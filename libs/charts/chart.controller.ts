import { Controller, Get, Param, Query } from '@nestjs/common';
import { Calendar, wire, type Chart } from '#libs/contracts';
import { Access, Clock, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { chartOf, chartPath, chartQuery, requestedPeriods } from './chart-request.js';
import { ChartService } from './chart.service.js';
import { MAX_PERIODS } from './periods.js';

const getChartMetric = operation({
  id: 'getChartMetric',
  tag: 'compatible',
  summary: 'A chart over time',
  description: `At most ${MAX_PERIODS} periods. A period that begins or ends outside the requested days is still counted whole.`,
  path: chartPath(),
  query: chartQuery,
  reply: wire.chart,
});

const getChartMetricByReferencePath = operation({
  ...getChartMetric,
  id: 'getChartMetricByReferencePath',
  summary: 'The same chart at the path that the reference documents but no client calls',
});

/** The four charts. The reference documents one path, its clients call the other. */
@Controller('api/backend/v1')
@Access('read')
export class ChartController {
  constructor(
    private readonly charts: ChartService,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
  ) {}

  @Get('chart_metrics/:metric')
  @Operation(getChartMetric)
  async chart(
    @Param() { metric }: PathOf<typeof getChartMetric>,
    @Query() query: QueryOf<typeof getChartMetric>,
  ): Promise<Chart> {
    const today = this.calendar.dayOf(this.clock.now());
    const periods = requestedPeriods(query, today, this.calendar);
    const values = await this.charts.values(metric, periods);
    return chartOf(metric, query.cadence, periods, values, today);
  }

  @Get('chart_metric/:metric')
  @Operation(getChartMetricByReferencePath)
  chartByReferencePath(
    @Param() path: PathOf<typeof getChartMetric>,
    @Query() query: QueryOf<typeof getChartMetric>,
  ): Promise<Chart> {
    return this.chart(path, query);
  }
}
