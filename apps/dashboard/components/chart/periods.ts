import type { Cadence, Chart } from '#libs/contracts';
import { weekday } from '../../labels/calendar.js';
import { addDays } from '../../labels/format.js';
import { filterQuery, isFiltered, type Filter } from '../../routing/filter.js';
import { addressOf } from '../../routing/location.js';
import type { Point } from './points.js';

/** The maximum number of periods in one reply of the API. */
const MOST_PERIODS = 1_100;
const DAY_MS = 86_400_000;

/** The periods of a chart: those of `cadence` that overlap the days from `from` to `to`. */
export interface Range {
  cadence: Cadence;
  from: string;
  to: string;
}

/** The first day of the period that is `count` periods after the period of a day. */
export function periodStart(cadence: Cadence, day: string, count = 0): string {
  const date = new Date(day);
  switch (cadence) {
    case 'Daily':
      return addDays(day, count);
    case 'Weekly':
      return addDays(day, 7 * count - weekday(day));
    case 'Monthly':
      date.setUTCMonth(date.getUTCMonth() + count, 1);
      return date.toISOString().slice(0, 10);
  }
}

/** The number of periods from the one of a day to the one of a later day: 0 within a period. */
export function periodsBetween(cadence: Cadence, from: string, to: string): number {
  const [first, last] = [from, to].map((day) => new Date(periodStart(cadence, day)));
  if (cadence === 'Monthly') {
    const months = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
    return months(last!) - months(first!);
  }
  const days = (last!.getTime() - first!.getTime()) / DAY_MS;
  return days / (cadence === 'Weekly' ? 7 : 1);
}

/** The number of periods of a range. */
const periodCount = ({ cadence, from, to }: Range): number => periodsBetween(cadence, from, to) + 1;

/** Whether one reply can contain a range and the previous range. */
export const isComparable = (range: Range): boolean => 2 * periodCount(range) <= MOST_PERIODS;

/**
 * The API path of a range, with the same number of periods before it if it is compared.
 * @param filter counts only the users or organizations of a segment
 */
export function chartPath(metric: string, range: Range, compares: boolean, filter: Filter): string {
  const start = compares ? periodStart(range.cadence, range.from, -periodCount(range)) : range.from;
  const asked = { cadence: range.cadence, start_date: start, end_date: range.to };
  // Without a filter, both endpoints have the same numbers.
  const path = isFiltered(filter) ? '/api/insights/v1/charts' : '/api/backend/v1/chart_metrics';
  return addressOf(`${path}/${metric}`, { ...asked, ...filterQuery(filter) });
}

/** The points of a range from the reply to `chartPath`. */
export function pointsOf(chart: Chart, compares: boolean): Point[] {
  const count = compares ? chart.metrics.length / 2 : chart.metrics.length;
  const shown = chart.metrics.slice(-count);
  return shown.map(({ date, result, cadence_completed: finished }, index) => {
    const before = compares ? chart.metrics[index] : undefined;
    return {
      date,
      value: result,
      finished,
      before: before && { date: before.date, value: before.result },
    };
  });
}
