import type { TimedEvent } from './events.js';
import { activeDays, createdAt, createdIds, everActive, isIn, type Days } from './facts.js';
import { orgActiveDays, orgsWithSpans } from './membership.js';
import { DAY_MS, dayFromText, dayOf, dayText, startOfWeek } from './time.js';

export type Metric = 'signups' | 'orgs_created' | 'active_users' | 'active_orgs';
export type Cadence = 'Daily' | 'Weekly' | 'Monthly';

/** The wire reply of a chart. */
export interface Chart {
  chart_type: string;
  cadence: Cadence;
  metrics: { date: string; result: number; cadence_completed: boolean }[];
}

const CHART_TYPE: Record<Metric, string> = {
  signups: 'Signups',
  orgs_created: 'OrgsCreated',
  active_users: 'ActiveUsers',
  active_orgs: 'ActiveOrgs',
};

/** "`Daily` a day, `Weekly` seven days from `WEEK_START`, `Monthly` a calendar month": the one around a day. */
function periodAround(cadence: Cadence, day: number): Days {
  const date = new Date(day * DAY_MS);
  switch (cadence) {
    case 'Daily':
      return { first: day, last: day };
    case 'Weekly': {
      const first = startOfWeek(day);
      return { first, last: first + 6 };
    }
    case 'Monthly': {
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      return {
        first: Date.UTC(year, month, 1) / DAY_MS,
        last: Date.UTC(year, month + 1, 0) / DAY_MS,
      };
    }
  }
}

/** "Every period that touches [start_date, end_date] is returned whole, in order". */
function periods(cadence: Cadence, start: number, end: number): Days[] {
  const found: Days[] = [];
  for (let day = start; day <= end; day = found.at(-1)!.last + 1) {
    found.push(periodAround(cadence, day));
  }
  return found;
}

/** The days on which each user or org counts in the metric; "deleted users and orgs included". */
function countedDays(history: readonly TimedEvent[], metric: Metric): number[][] {
  const creationDays = (subject: 'user' | 'org') =>
    createdIds(history, subject).map((id) => [dayOf(createdAt(history, subject, id))]);
  switch (metric) {
    case 'signups':
      return creationDays('user');
    case 'orgs_created':
      return creationDays('org');
    case 'active_users':
      return everActive(history).map((id) => activeDays(history, id));
    case 'active_orgs':
      return orgsWithSpans(history).map((id) => [...orgActiveDays(history, history, id)]);
  }
}

/** "Charts use all current facts". The start is not after the end. */
export function chartOf(
  history: readonly TimedEvent[],
  metric: Metric,
  cadence: Cadence,
  range: { start: string; end: string; today: string },
): Chart {
  const counted = countedDays(history, metric);
  return {
    chart_type: CHART_TYPE[metric],
    cadence,
    metrics: periods(cadence, dayFromText(range.start), dayFromText(range.end)).map((period) => ({
      date: dayText(period.first), // "`date` is the period's first day"
      result: counted.filter((days) => days.some((day) => isIn(period, day))).length,
      // "the period's last day is before today"
      cadence_completed: period.last < dayFromText(range.today),
    })),
  };
}
