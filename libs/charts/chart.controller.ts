import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  CADENCES,
  CHART_TYPES,
  Calendar,
  formatDay,
  invalidField,
  parameters,
  wire,
  type Chart,
  type ChartMetric,
} from '#libs/contracts';
import { Access, Clock, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { ChartService } from './chart.service.js';
import { MAX_PERIODS, defaultStart, periodsBetween } from './periods.js';

const METRICS = Object.keys(CHART_TYPES) as [ChartMetric, ...ChartMetric[]];

const getChartMetric = operation({
  id: 'getChartMetric',
  tag: 'compatible',
  summary: 'A chart over time',
  description: `At most ${MAX_PERIODS} periods. A period that begins or ends outside the requested days is still counted whole.`,
  path: z.object({
    metric: z.enum(METRICS, `Unknown chart. The charts are ${METRICS.join(', ')}.`),
  }),
  query: z.object({
    cadence: parameters.choice(CADENCES),
    start_date: parameters.day
      .optional()
      .describe('by default 30 days, 12 weeks or 12 months before the end; may also be a time'),
    end_date: parameters.day.optional().describe('by default today; may also be a time'),
  }),
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
    const { cadence } = query;
    const periods = requestedPeriods(query, today, this.calendar);
    const values = await this.charts.values(metric, periods);
    const metrics = periods.map((period, index) => ({
      date: formatDay(period.from),
      result: values[index]!,
      cadence_completed: period.before <= today,
    }));
    return { chart_type: CHART_TYPES[metric], cadence, metrics };
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

function requestedPeriods(
  { cadence, start_date, end_date }: QueryOf<typeof getChartMetric>,
  today: number,
  calendar: Calendar,
) {
  const end = end_date === undefined ? today : dayOf(end_date, calendar);
  const start =
    start_date === undefined ? defaultStart(cadence, end, calendar) : dayOf(start_date, calendar);
  if (start > end) throw invalidField('start_date', 'must not be after end_date');
  const periods = periodsBetween(cadence, start, end, calendar);
  if (!periods)
    throw invalidField('start_date', `must be at most ${MAX_PERIODS} periods before end_date`);
  return periods;
}

/** The day of a parameter that is a day or an instant. */
function dayOf({ ms, isDay }: parameters.DayOrInstant, calendar: Calendar): number {
  return isDay ? ms : calendar.dayOf(ms);
}
