import type { Cadence } from '#libs/contracts';
import {
  addDays,
  formatDay,
  formatMonth,
  formatShortDay,
  formatSpan,
} from '../../labels/format.js';

/** A period's value, and that of the period it is compared with. */
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

/** What a period is called below an axis. */
export function shortPeriodName(date: string, cadence: Cadence): string {
  return cadence === 'Monthly' ? formatMonth(date) : formatShortDay(date);
}

/** A point in words. */
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
