import { DAY_MS, type Cadence } from '#libs/contracts';

/** A day, Monday to Sunday or a calendar month; days as their first millisecond since 1970. */
export interface Period {
  from: number;
  before: number;
}

/** The longest chart: three years of days. */
export const MAX_PERIODS = 1_100;

const DEFAULT_PERIODS: Record<Cadence, number> = { Daily: 30, Weekly: 12, Monthly: 12 };

/** The period of a cadence that holds a day. */
function periodOf(cadence: Cadence, day: number): Period {
  const date = new Date(day);
  switch (cadence) {
    case 'Daily':
      return { from: day, before: day + DAY_MS };
    case 'Weekly': {
      const sinceMonday = (date.getUTCDay() + 6) % 7;
      const from = day - sinceMonday * DAY_MS;
      return { from, before: from + 7 * DAY_MS };
    }
    case 'Monthly': {
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      return { from: Date.UTC(year, month, 1), before: Date.UTC(year, month + 1, 1) };
    }
  }
}

/** The first day of the default range that ends on a day: 30 days, 12 weeks or 12 months. */
export function defaultStart(cadence: Cadence, end: number): number {
  let { from } = periodOf(cadence, end);
  for (let count = 1; count < DEFAULT_PERIODS[cadence]; count++) {
    from = periodOf(cadence, from - DAY_MS).from;
  }
  return from;
}

/**
 * Every period that touches [start, end], whole and in order; undefined when there are more than
 * `MAX_PERIODS`.
 */
export function periodsBetween(cadence: Cadence, start: number, end: number): Period[] | undefined {
  const periods: Period[] = [];
  for (let period = periodOf(cadence, start); period.from <= end;) {
    if (periods.length === MAX_PERIODS) return undefined;
    periods.push(period);
    period = periodOf(cadence, period.before);
  }
  return periods;
}
