import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { Calendar, healthShapes, parameters, type Backtest } from '#libs/contracts';
import { Access, Operation, operation, type QueryOf } from '#libs/platform';
import { BacktestService } from './backtest.service.js';

const getBacktest = operation({
  id: 'getBacktest',
  tag: 'insights',
  summary: 'How well the health of a past day predicted churn in the 30 days after it',
  description:
    'Computed on request, in up to some seconds per million users, one at a time; a result is given again for a minute. ' +
    '503 when it takes longer than a request waits: send the request again later.',
  query: z.object({
    as_of: parameters.day
      .optional()
      .describe('a day whose 30 days after are over; by default the latest such day'),
  }),
  reply: healthShapes.backtest,
});

/** The backtest of the health score. */
@Controller('api/insights/v1/health')
@Access('read')
export class BacktestController {
  constructor(
    private readonly backtests: BacktestService,
    private readonly calendar: Calendar,
  ) {}

  @Get('backtest')
  @Operation(getBacktest)
  backtest(@Query() { as_of: day }: QueryOf<typeof getBacktest>): Promise<Backtest> {
    return this.backtests.of(day && (day.isDay ? day.ms : this.calendar.dayOf(day.ms)));
  }
}
