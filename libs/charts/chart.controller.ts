import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import {
  ApiError,
  CADENCES,
  CHART_TYPES,
  formatDay,
  invalidField,
  parseDay,
  startOfDay,
  wire,
  type Cadence,
  type Chart,
  type ChartMetric,
} from '#libs/contracts';
import { ActivityFold } from '#libs/facts';
import {
  Access,
  Clock,
  Database,
  choice,
  jsonSchema,
  parameter,
  type Query as QueryParameters,
} from '#libs/platform';
import { chartValues } from './chart.query.js';
import { MAX_PERIODS, defaultStart, periodsBetween } from './periods.js';

/** The four charts. The reference names one path, its clients call the other. */
@ApiTags('insights')
@ApiSecurity('key')
@Controller(['api/backend/v1/chart_metric', 'api/backend/v1/chart_metrics'])
@Access('read')
export class ChartController {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly clock: Clock,
  ) {}

  @Get(':metric')
  @ApiOperation({ summary: 'A chart over time' })
  @ApiParam({ name: 'metric', enum: Object.keys(CHART_TYPES) })
  @ApiQuery({ name: 'cadence', required: false, enum: CADENCES })
  @ApiQuery({ name: 'start_date', required: false, description: 'YYYY-MM-DD' })
  @ApiQuery({ name: 'end_date', required: false, description: 'YYYY-MM-DD, else today' })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.chart) })
  async chart(@Param('metric') name: string, @Query() query: QueryParameters): Promise<Chart> {
    if (!isMetric(name)) {
      const names = Object.keys(CHART_TYPES).join(', ');
      throw new ApiError('not_found', `There is no such chart; there are ${names}.`);
    }
    const today = startOfDay(this.clock.now());
    const cadence = choice(query, 'cadence', CADENCES);
    const periods = requestedPeriods(query, cadence, today);
    // What was told just now is shown at once; orgs' activity is derived a while later.
    if (name === 'active_users') await this.activity.foldUnlessReadOnly();
    const values = await chartValues(this.database.pool, name, periods);
    const metrics = periods.map((period, index) => ({
      date: formatDay(period.from),
      result: values[index]!,
      cadence_completed: period.before <= today,
    }));
    return { chart_type: CHART_TYPES[name], cadence, metrics };
  }
}

function requestedPeriods(query: QueryParameters, cadence: Cadence, today: number) {
  const end = dayParameter(query, 'end_date') ?? today;
  const start = dayParameter(query, 'start_date') ?? defaultStart(cadence, end);
  if (start > end) throw invalidField('start_date', 'must not be after end_date');
  const periods = periodsBetween(cadence, start, end);
  if (!periods)
    throw invalidField('start_date', `must be at most ${MAX_PERIODS} periods before end_date`);
  return periods;
}

function dayParameter(query: QueryParameters, name: string): number | undefined {
  const value = parameter(query, name);
  if (value === undefined) return undefined;
  const day = parseDay(value);
  if (day === undefined) throw invalidField(name, 'must be a day such as 2026-01-31');
  return day;
}

function isMetric(name: string): name is ChartMetric {
  return Object.hasOwn(CHART_TYPES, name);
}
