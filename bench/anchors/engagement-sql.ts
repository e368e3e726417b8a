import { DAY_MS } from '#libs/contracts';
import { FIRST_DAY, LAST_DAY } from '../reference/reference-data.js';
import { isThere } from './facts-sql.js';

const [FIRST, LAST] = [FIRST_DAY / DAY_MS, LAST_DAY / DAY_MS];
/** A Monday, in days since 1970. */
const MONDAY = 4;
const weekOf = (day: string) => `${day} - (${day} - ${MONDAY}) % 7`;
const WINDOW = 30;
const LAST_CELL = 12;
/** A week may begin before the year and end after it. */
const [FIRST_WEEK, LAST_WEEK] = [FIRST - 6, LAST];

/** The days of orgs as rows, which insightd derives beforehand too. */
export const ORG_DAYS = `
  create temp table org_days as
  select distinct day, spans.org_key from activity join spans using (user_key)
  where day >= coalesce(from_day, day) and day <= coalesce(to_day, day) and ${isThere('activity')}`;

/** Rows (day, key) of activity, and the table of creations. */
const ROWS = {
  user: { days: 'select day, user_key as key from activity', created: 'users' },
  org: { days: 'select day, org_key as key from org_days', created: 'orgs' },
} as const;
type Subject = keyof typeof ROWS;

// A day of activity counts for 30 days, or until the next one: one sort instead of 30 rows for each.
const rolling = ({ days }: (typeof ROWS)[Subject]) => `
  with counted as (
    select day, lead(day) over (partition by key order by day) as next
    from (${days}) where day between ${FIRST - WINDOW + 1} and ${LAST}
  ), changes as (
    select day, 1 as change from counted
    union all
    select least(day + ${WINDOW}, coalesce(next, day + ${WINDOW})), -1 from counted
  ), sums as (
    select greatest(day, ${FIRST}) as day, sum(change) as change from changes group by all
  )
  select days.day::integer as day,
    (sum(coalesce(change, 0)) over (order by days.day))::integer as value
  from range(${FIRST}, ${LAST + 1}) days (day) left join sums using (day)
  order by 1`;

const weeksOf = (days: string) => `
  select distinct key, ${weekOf('day')} as week from (${days}) where day <= ${LAST_WEEK + 6}`;

const lifecycle = ({ days }: (typeof ROWS)[Subject]) => `
  with marked as (
    select key, week, lag(week) over (partition by key order by week) as previous,
      lead(week) over (partition by key order by week) as next
    from (${weeksOf(days)})
  ), active as (
    select week, count(*) as active, count(*) filter (previous is null) as new,
      count(*) filter (previous = week - 7) as returned
    from marked group by week
  ), dormant as (
    select week + 7 as week, count(*) as dormant from marked
    where next is null or next <> week + 7 group by week
  )
  select week::integer, coalesce(active, 0)::integer, coalesce(new, 0)::integer,
    coalesce(returned, 0)::integer, coalesce(dormant, 0)::integer
  from active full join dormant using (week)
  where week between ${FIRST_WEEK} and ${LAST_WEEK} order by week`;

const retention = ({ days, created }: (typeof ROWS)[Subject]) => `
  with members as (
    select key, ${weekOf('created_day')} as cohort from ${created}
    where created_day between ${FIRST_WEEK} and ${LAST_WEEK + 6}
  )
  select cohort::integer, ((week - cohort) // 7)::integer as cell, count(*)::integer as active
  from members join (
    select distinct key, ${weekOf('day')} as week from (${days})
    where day between ${FIRST_WEEK} and ${LAST_WEEK + 6 + LAST_CELL * 7}
  ) using (key)
  where week between cohort and cohort + ${LAST_CELL * 7}
    and cohort between ${FIRST_WEEK} and ${LAST_WEEK}
  group by all order by 1, 2`;

const CHARTS = { rolling, lifecycle, retention } as const;

/** The statement whose rows are a chart of the year: rolling 30 by day, the others by week. Days count from 1970. */
export function engagementSql(chart: keyof typeof CHARTS, subject: Subject): string {
  return CHARTS[chart](ROWS[subject]);
}
