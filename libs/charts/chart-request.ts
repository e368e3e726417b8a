import { z } from 'zod';
import {
  CADENCES,
  CHART_TYPES,
  formatDay,
  invalidField,
  parameters,
  type Cadence,
  type Calendar,
  type Chart,
  type ChartMetric,
} from '#libs/contracts';
import { MAX_PERIODS, defaultStart, periodsBetween, type Period } from './periods.js';

const METRICS = Object.keys(CHART_TYPES) as [ChartMetric, ...ChartMetric[]];

/** The path of a chart. @param others charts at paths of their own, for the error of an unknown chart */
export function chartPath(others: readonly string[] = []) {
  const names = [...METRICS, ...others].join(', ');
  return z.object({ metric: z.enum(METRICS, `Unknown chart. The charts are ${names}.`) });
}

/** The query for a chart. */
export const chartQuery = z.object({
  cadence: parameters.choice(CADENCES),
  start_date: parameters.day
    .optional()
    .describe('by default the 30 days, 12 weeks or 12 months up to the end; may also be a time'),
  end_date: parameters.day.optional().describe('by default today; may also be a time'),
});

/** The reply with a chart. */
export function chartOf(
  metric: ChartMetric,
  cadence: Cadence,
  periods: readonly Period[],
  values: readonly number[],
  today: number,
): Chart {
  const metrics = periods.map((period, index) => ({
    date: formatDay(period.from),
    result: values[index]!,
    cadence_completed: period.before <= today,
  }));
  return { chart_type: CHART_TYPES[metric], cadence, metrics };
}

/**
 * The periods that a query requests.
 * @param today first millisecond of the same date in UTC
 * @throws ApiError `invalid` when they are in the wrong order or too many
 */
export function requestedPeriods(
  { cadence, start_date, end_date }: z.output<typeof chartQuery>,
  today: number,
  calendar: Calendar,
): Period[] {
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
export function dayOf({ ms, isDay }: parameters.DayOrInstant, calendar: Calendar): number {
  return isDay ? ms : calendar.dayOf(ms);
}
