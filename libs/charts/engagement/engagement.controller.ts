import { Controller, Get, Query } from '@nestjs/common';
import {
  Calendar,
  engagementShapes,
  type FrequencyChart,
  type LifecycleChart,
  type RetentionChart,
  type RollingChart,
  type StickinessChart,
} from '#libs/contracts';
import { Access, Clock, Operation, operation, type QueryOf } from '#libs/platform';
import { requestedPeriods } from '../chart-request.js';
import { MAX_PERIODS } from '../periods.js';
import {
  frequencyQuery,
  periodsQuery,
  rollingQuery,
  stickinessQuery,
} from './engagement-request.js';
import { EngagementService } from './engagement.service.js';

const COUNTED =
  'Counts everything known now, users and organizations deleted since included, excluded ones not.';
const WHOLE = `At most ${MAX_PERIODS} periods. A period that begins or ends outside the requested days is still counted whole.`;

const getRollingChart = operation({
  id: 'getRollingChart',
  tag: 'insights',
  summary:
    'How many users or organizations were active on any of the 1, 7 or 30 days up to each day',
  description: `At most ${MAX_PERIODS} days. ${COUNTED}`,
  query: rollingQuery,
  reply: engagementShapes.rollingChart,
  errors: ['not_found'],
});

const getStickinessChart = operation({
  id: 'getStickinessChart',
  tag: 'insights',
  summary: 'The share of the users or organizations of 30 days that are active on each day',
  description: `At most ${MAX_PERIODS} days. ${COUNTED}`,
  query: stickinessQuery,
  reply: engagementShapes.stickinessChart,
  errors: ['not_found'],
});

const getFrequencyChart = operation({
  id: 'getFrequencyChart',
  tag: 'insights',
  summary: 'On how many of the last 30 days users or organizations were active',
  description: COUNTED,
  query: frequencyQuery,
  reply: engagementShapes.frequencyChart,
  errors: ['not_found'],
});

const getLifecycleChart = operation({
  id: 'getLifecycleChart',
  tag: 'insights',
  summary: 'New, returning, resurrected and dormant users or organizations of each period',
  description: `${WHOLE} ${COUNTED} charts/lifecycle/subjects lists the users or organizations of a part.`,
  query: periodsQuery,
  reply: engagementShapes.lifecycleChart,
  errors: ['not_found'],
});

const getRetentionChart = operation({
  id: 'getRetentionChart',
  tag: 'insights',
  summary: 'How many of those created in a period were active in it and in the 12 periods after it',
  description: `${WHOLE} ${COUNTED} charts/retention/subjects lists the users or organizations of a cell.`,
  query: periodsQuery,
  reply: engagementShapes.retentionChart,
  errors: ['not_found'],
});

/** The engagement charts of users and orgs. */
@Controller('api/insights/v1/charts')
@Access('read')
export class EngagementController {
  constructor(
    private readonly charts: EngagementService,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
  ) {}

  @Get('rolling')
  @Operation(getRollingChart)
  rolling(@Query() query: QueryOf<typeof getRollingChart>): Promise<RollingChart> {
    return this.charts.rolling(query, this.daysOf(query), Number(query.days));
  }

  @Get('stickiness')
  @Operation(getStickinessChart)
  stickiness(@Query() query: QueryOf<typeof getStickinessChart>): Promise<StickinessChart> {
    return this.charts.stickiness(query, this.daysOf(query));
  }

  @Get('frequency')
  @Operation(getFrequencyChart)
  frequency(@Query() query: QueryOf<typeof getFrequencyChart>): Promise<FrequencyChart> {
    return this.charts.frequency(query, this.today());
  }

  @Get('lifecycle')
  @Operation(getLifecycleChart)
  lifecycle(@Query() query: QueryOf<typeof getLifecycleChart>): Promise<LifecycleChart> {
    const today = this.today();
    const periods = requestedPeriods(query, today, this.calendar);
    return this.charts.lifecycle(query, query.cadence, periods, today);
  }

  @Get('retention')
  @Operation(getRetentionChart)
  retention(@Query() query: QueryOf<typeof getRetentionChart>): Promise<RetentionChart> {
    const today = this.today();
    const cohorts = requestedPeriods(query, today, this.calendar);
    return this.charts.retention(query, query.cadence, cohorts, today);
  }

  private daysOf(range: QueryOf<typeof getStickinessChart>) {
    return requestedPeriods({ ...range, cadence: 'Daily' }, this.today(), this.calendar);
  }

  private today(): number {
    return this.calendar.dayOf(this.clock.now());
  }
}
