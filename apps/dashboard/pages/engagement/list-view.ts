import type { Cadence, LifecyclePart, Subject } from '#libs/contracts';
import { periodStart, periodsBetween } from '../../components/chart/periods.js';
import { now } from '../../labels/clock.js';
import {
  cohortTitle,
  later,
  lifecycleTitle,
  PART_NAMES,
  PERIODS,
} from '../../labels/engagement.js';
import { dayOf } from '../../labels/format.js';
import { filterOf, type Filter } from '../../routing/filter.js';
import type { Place } from '../../routing/location.js';
import { subjectOf, type ListQuery } from './view.js';

/** The list behind a number of a chart, from an address. */
export interface ListView {
  chart: 'lifecycle' | 'retention';
  subject: Subject;
  filter: Filter;
  /** The parameters of the API, without filter and page. */
  query: ListQuery;
  /** The list in words. */
  title: string;
  /** The other parts of the same period or cohort. */
  choices: { name: string; query: ListQuery; isCurrent: boolean }[];
  /** Whether the period is not over, so that the list still changes. */
  isUnfinished: boolean;
  /** From 1. */
  page: number;
}

const DAY = /^\d{4}-\d\d-\d\d$/;

/** @returns undefined when the address names no list; the API checks whether the periods are valid */
export function listView(place: Place): ListView | undefined {
  const { query } = place;
  const cadence = query.get('cadence') ?? 'Weekly';
  if (!Object.hasOwn(PERIODS, cadence)) return undefined;
  const chart = query.get('chart');
  if (chart === 'lifecycle') return lifecycleView(place, cadence as Cadence);
  return chart === 'retention' ? cohortView(place, cadence as Cadence) : undefined;
}

function sharedView(place: Place, cadence: Cadence, period: string | undefined) {
  const page = Number(place.query.get('page') ?? 1);
  const today = dayOf(now() / 1000);
  return {
    subject: subjectOf(place),
    filter: filterOf(place),
    isUnfinished: period !== undefined && periodStart(cadence, period, 1) > today,
    page: Number.isSafeInteger(page) && page >= 1 && page < 2 ** 31 ? page : 1,
  };
}

function lifecycleView(place: Place, cadence: Cadence): ListView | undefined {
  const period = dayIn(place, 'period', cadence);
  const part = place.query.get('part') ?? 'active';
  if (period === undefined || !Object.hasOwn(PART_NAMES, part)) return undefined;
  const shared = sharedView(place, cadence, period);
  const { subject } = shared;
  return {
    ...shared,
    chart: 'lifecycle',
    query: { subject, cadence, period, part },
    title: lifecycleTitle(subject, part as LifecyclePart, period, cadence),
    choices: Object.entries(PART_NAMES).map(([each, name]) => ({
      name,
      query: { part: each },
      isCurrent: each === part,
    })),
  };
}

function cohortView(place: Place, cadence: Cadence): ListView | undefined {
  const cohort = dayIn(place, 'cohort', cadence);
  if (cohort === undefined) return undefined;
  const period = dayIn(place, 'period', cadence);
  const isActive = place.query.get('state') !== 'inactive';
  const shared = sharedView(place, cadence, period);
  const { subject } = shared;
  const query = { subject, cadence, cohort };
  const whole = { name: 'The whole cohort', query: { period: undefined, state: undefined } };
  if (period === undefined) {
    const title = cohortTitle(subject, cohort, cadence);
    return {
      ...shared,
      chart: 'retention',
      query,
      title,
      choices: [{ ...whole, isCurrent: true }],
    };
  }
  const count = periodsBetween(cadence, cohort, period);
  return {
    ...shared,
    chart: 'retention',
    query: { ...query, period, state: isActive ? 'active' : 'inactive' },
    title: cohortTitle(subject, cohort, cadence, { later: count, isActive }),
    choices: [
      { name: `Active ${later(count, cadence)}`, query: { state: 'active' }, isCurrent: isActive },
      { name: 'Not active then', query: { state: 'inactive' }, isCurrent: !isActive },
      { ...whole, isCurrent: false },
    ],
  };
}

/** The first day of the period of a day in the address. */
function dayIn({ query }: Place, name: string, cadence: Cadence): string | undefined {
  const text = query.get(name) ?? '';
  const isDay = DAY.test(text) && !Number.isNaN(Date.parse(text));
  return isDay ? periodStart(cadence, text) : undefined;
}
