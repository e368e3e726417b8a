import type { Cadence } from '#libs/contracts';
import {
  addDays,
  formatDay,
  formatMonth,
  formatShortDay,
  formatSpan,
} from '../../labels/format.js';

/** The value of a period, and the value of the period it is compared with. */
export interface Point {
  /** The period's first day. */
  date: string;
  value: number;
  /** Whether the period is over; otherwise its value still grows. */
  finished: boolean;
  before?: { date: string; value: number } | undefined;
}

/** The name of a period next to a value. */
export function periodName(date: string, cadence: Cadence): string {
  if (cadence === 'Monthly') return formatMonth(date);
  if (cadence === 'Weekly') return formatSpan(date, addDays(date, 6));
  return formatDay(date);
}

/** The label of a period at the axis. */
export function shortPeriodName(date: string, cadence: Cadence): string {
  return cadence === 'Monthly' ? formatMonth(date) : formatShortDay(date);
}

/** A point as text. */
export function describePoint(
  point: Point,
  cadence: Cadence,
  number: (n: number) => string,
): string {
  const soFar = point.finished ? '' : ' so far';
  const before = point.before
    ? ` · before: ${number(point.before.value)} (${periodName(point.before.date, cadence)})`
    : '';
  return `${periodName(point.date, cadence)}: ${number(point.value)}${soFar}${before}`;
}
