import { DAY_MS, type ChartMetric } from '#libs/contracts';
import { FIRST_DAY, LAST_DAY } from '../reference/reference-data.js';
import { isThere } from './facts-sql.js';

const [FIRST, LAST] = [FIRST_DAY / DAY_MS, LAST_DAY / DAY_MS];
/** A Monday, in days since 1970. */
const MONDAY = 4;

/** The first day of the period that contains a day, and the number of keys: no metric has a key twice on a day. */
const CADENCES = {
  Daily: { period: 'day', count: 'count(*)' },
  Weekly: { period: `day - (day - ${MONDAY}) % 7`, count: 'count(distinct key)' },
} as const;

/** The (day, key) pairs of each metric; a key counts once per period. */
const METRICS = {
  signups: 'select created_day as day, key from users',
  orgs_created: 'select created_day as day, key from orgs',
  active_users: 'select day, user_key as key from activity',
  active_orgs: 'select day, key from active_orgs',
} as const satisfies Record<ChartMetric, string>;

// The first period may begin before the year and the last one may end after it: both are complete.
const YEAR = `day between ${FIRST - 6} and ${LAST + 6}`;

/** Both charts of orgs need these rows, and making them takes the longest. */
const ACTIVE_ORGS = `
  create temp table active_orgs as
  select distinct day, spans.org_key as key from activity join spans using (user_key)
  where day >= coalesce(from_day, day) and day <= coalesce(to_day, day) and ${YEAR} and ${isThere('activity')}`;

/** Computes all charts of the year from rows: chart_values (metric, cadence, day, value), without zeros. */
export const CHART_VALUES: readonly string[] = [
  'create or replace temp table chart_values (metric varchar, cadence varchar, day integer, value integer)',
  ACTIVE_ORGS,
  ...Object.entries(METRICS).flatMap(([metric, pairs]) =>
    Object.entries(CADENCES).map(
      ([cadence, { period, count }]) => `
        insert into chart_values
        select '${metric}', '${cadence}', ${period} as period, ${count}
        from (${pairs}) where ${YEAR} group by period`,
    ),
  ),
  'drop table active_orgs',
];
