import { DAY_MS, type Cadence, type Calendar } from '#libs/contracts';

/** A day, a week or a calendar month. Days are the first millisecond of the same date in UTC. */
export interface Period {
  from: number;
  before: number;
}

/** The longest chart: three years of days. */
export const MAX_PERIODS = 1_100;

const DEFAULT_PERIODS: Record<Cadence, number> = { Daily: 30, Weekly: 12, Monthly: 12 };

/** The period of a cadence that contains a day. */
export function periodOf(cadence: Cadence, day: number, calendar: Calendar): Period {
  const date = new Date(day);
  switch (cadence) {
    case 'Daily':
      return { from: day, before: day + DAY_MS };
    case 'Weekly': {
      const from = calendar.startOfWeek(day);
      return { from, before: from + 7 * DAY_MS };
    }
    case 'Monthly': {
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      return { from: Date.UTC(year, month, 1), before: Date.UTC(year, month + 1, 1) };
    }
  }
}

/** The first day of the default range, which ends on `end`: 30 days, 12 weeks or 12 months. */
export function defaultStart(cadence: Cadence, end: number, calendar: Calendar): number {
  let { from } = periodOf(cadence, end, calendar);
  for (let count = 1; count < DEFAULT_PERIODS[cadence]; count++) {
    from = periodOf(cadence, from - DAY_MS, calendar).from;
  }
  return from;
}

/**
 * All periods that overlap [start, end], not cut off, in order; undefined when there are more than
 * `MAX_PERIODS`.
 */
export function periodsBetween(
  cadence: Cadence,
  start: number,
  end: number,
  calendar: Calendar,
): Period[] | undefined {
  const periods: Period[] = [];
  for (let period = periodOf(cadence, start, calendar); period.from <= end;) {
    if (periods.length === MAX_PERIODS) return undefined;
    periods.push(period);
    period = periodOf(cadence, period.before, calendar);
  }
  return periods;
}
