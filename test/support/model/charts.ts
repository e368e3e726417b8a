import type { TimedEvent } from './events.js';
import {
  activeDays,
  createdAt,
  createdIds,
  everActive,
  isIn,
  type Days,
  type Subject,
} from './facts.js';
import { orgActiveDays, orgsWithSpans } from './membership.js';
import { oncePerHistory, oncePerKey } from './once.js';
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
export function periodAround(cadence: Cadence, day: number): Days {
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
export function periods(cadence: Cadence, start: number, end: number): Days[] {
  const found: Days[] = [];
  for (let day = start; day <= end; day = found.at(-1)!.last + 1) {
    found.push(periodAround(cadence, day));
  }
  return found;
}

/** A subject with its days, ascending. */
type DaysOfSubject = readonly [id: string, days: readonly number[]];

const activityOf = oncePerHistory(
  (_: readonly TimedEvent[]) => new Map<Subject, DaysOfSubject[]>(),
);

/** Every subject that was ever active, with its active days. */
export function activityOfSubjects(
  history: readonly TimedEvent[],
  subject: Subject,
): readonly DaysOfSubject[] {
  return oncePerKey(activityOf(history), subject, (): DaysOfSubject[] => {
    if (subject === 'user') return everActive(history).map((id) => [id, activeDays(history, id)]);
    return orgsWithSpans(history)
      .map((id): DaysOfSubject => {
        const days = [...orgActiveDays(history, history, id)];
        return [id, days.sort((a, b) => a - b)];
      })
      .filter(([, days]) => days.length > 0);
  });
}

/** The subject that a metric counts. */
const SUBJECT_OF: Record<Metric, Subject> = {
  signups: 'user',
  orgs_created: 'org',
  active_users: 'user',
  active_orgs: 'org',
};

/** The days on which each user or org counts in the metric; "deleted users and orgs included". */
function countedDays(history: readonly TimedEvent[], metric: Metric): readonly DaysOfSubject[] {
  const subject = SUBJECT_OF[metric];
  switch (metric) {
    case 'signups':
    case 'orgs_created':
      return createdIds(history, subject).map((id) => [
        id,
        [dayOf(createdAt(history, subject, id))],
      ]);
    case 'active_users':
    case 'active_orgs':
      return activityOfSubjects(history, subject);
  }
}

/** "Charts use all current facts". The start is not after the end. */
export function chartOf(
  history: readonly TimedEvent[],
  metric: Metric,
  cadence: Cadence,
  range: { start: string; end: string; today: string },
  isCounted: (id: string) => boolean = () => true,
): Chart {
  const counted = countedDays(history, metric).filter(([id]) => isCounted(id));
  return {
    chart_type: CHART_TYPE[metric],
    cadence,
    metrics: periods(cadence, dayFromText(range.start), dayFromText(range.end)).map((period) => ({
      date: dayText(period.first), // "`date` is the period's first day"
      result: counted.filter(([, days]) => days.some((day) => isIn(period, day))).length,
      // "the period's last day is before today"
      cadence_completed: period.last < dayFromText(range.today),
    })),
  };
}
