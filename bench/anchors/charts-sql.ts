import { DAY_MS } from '#libs/contracts';
import { FIRST_DAY, LAST_DAY } from '../reference/reference-data.js';
import { isThere } from './facts-sql.js';

const [FIRST, LAST] = [FIRST_DAY / DAY_MS, LAST_DAY / DAY_MS];
/** A Monday, in days since 1970. */
const MONDAY = 4;

/** The first day of the period that contains a day. */
const PERIODS = { Daily: 'day', Weekly: `day - (day - ${MONDAY}) % 7` } as const;

/** The (day, key) pairs of each metric; a key counts once per period. */
const METRICS = {
  signups: 'select created_day as day, key from users',
  orgs_created: 'select created_day as day, key from orgs',
  active_users: 'select day, user_key as key from activity',
  active_orgs: `
    select distinct day, spans.org_key as key from activity join spans using (user_key)
    where day >= coalesce(from_day, day) and day <= coalesce(to_day, day) and ${isThere('activity')}`,
} as const;

// The first period may begin before the year and the last one may end after it: both are complete.
const [FROM, TO] = [FIRST - 6, LAST + 6];

/** Fills chart_values (metric, cadence, day, value) with the expected values of the charts, without zeros. */
export const CHART_VALUES: readonly string[] = [
  'create table chart_values (metric varchar, cadence varchar, day integer, value integer)',
  ...Object.entries(METRICS).flatMap(([metric, pairs]) => [
    `create temp table pairs as select * from (${pairs}) where day between ${FROM} and ${TO}`,
    ...Object.entries(PERIODS).map(
      ([cadence, period]) => `
        insert into chart_values
        select '${metric}', '${cadence}', ${period} as period, count(distinct key)
        from pairs group by period`,
    ),
    'drop table pairs',
  ]),
];
