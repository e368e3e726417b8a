import { DAY_MS } from '#libs/contracts';
import { LAST_DAY } from '../reference/reference-data.js';
import { WORD_LIST, transposed, wordsOf } from './transpose-sql.js';

/** The last day, in days since 1970; the moment is its last second. */
export const D = LAST_DAY / DAY_MS;
const T_MS = LAST_DAY + DAY_MS - 1000;
const LONGEST = 90;
/** The n of the windows in which reports count, and of those in which they need any activity: W(n) and P(n). */
const COUNTED = [30, 60, 90] as const;
const ACTIVE = [7, 14, 30] as const;
const BEFORE = [7, 30] as const;

// Both kinds of facts below have these columns: for users days30 … and invitees30 …, for orgs added30 …,
// removed30 …, members; for both active7 …, before7 …, created_day, and their order.

/**
 * Each user's days by named org, null for none, as the bits of one number; bit 0 is the last day. Every later question is a mask or a
 * count of bits. Of all tried ways to aggregate rows (counts with filters, two or three narrower masks, a join with a
 * table of masks) this was the fastest in DuckDB.
 */
export const BITMAPS_FROM_ROWS = `
  select user_key, org_key, bit_or(1::hugeint << (${D} - day)::hugeint) as days
  from activity where day between ${D - LONGEST + 1} and ${D} group by user_key, org_key`;

/** The same from (day, block, word) bitmaps: the words of each day side by side, transposed into rows. */
export const BITMAPS_FROM_BITS = `
  select key as user_key, null::integer as org_key, days from (${bitmapsOf('activity_words', 'unnamed')})
  union all
  select user_key, org_key, days from (${bitmapsOf('named_words', 'bits')}) join pairs using (key)`;

/** Each user's active days, from its days by named org. */
export const USER_DAYS = 'select user_key, bit_or(days) as days from place_days group by user_key';

/** The days of each key of a table of words, as the bits of one number. */
function bitmapsOf(table: string, bits: string): string {
  return `
    with low as (${halfOf(table, bits, 0, 64)}), high as (${halfOf(table, bits, 64, LONGEST)})
    select key, low::hugeint | (high::hugeint << 64) as days
    from (
      select first_key + unnest(range(64))::integer as key,
        unnest(low.words) as low, unnest(high.words) as high
      from low join high using (first_key)
    )
    where low <> 0 or high <> 0`;
}

/** The words of the days with ages from `from` to `before` (exclusive), transposed. */
function halfOf(table: string, bits: string, from: number, before: number): string {
  const ages = Array.from({ length: before - from }, (_, place) => from + place);
  // The rows of each day have the same order; a join by keys took 20 times as long.
  const days = ages.map(
    (age) => `(select block, word, ${bits} as bits from ${table} where day = ${D - age}) d${age}`,
  );
  const words = wordsOf(ages.map((age) => `d${age}.bits`));
  const sideBySide = `
    select (d${from}.block * 4096 + d${from}.word * 64)::integer as first_key, ${words}
    from ${days.join(' positional join ')}`;
  return `select first_key, ${WORD_LIST} as words from (${transposed(sideBySide, 'first_key')})`;
}

/** Whether activity of a member makes the org active: it names the org, or none. */
export function isThere(activity: string): string {
  return `(${activity}.org_key is null or ${activity}.org_key = spans.org_key)`;
}

const each = (windows: readonly number[], column: (n: number) => string) =>
  windows.map(column).join(', ');
const mask = (n: number) => `((1::hugeint << ${n}) - 1)`;
const within = (table: string) => `${table} where day between ${D - LONGEST + 1} and ${D}`;
const exists = `created_at <= ${T_MS} and (deleted_at is null or deleted_at > ${T_MS})`;

/** Aggregates of rows with a `day`, in W(n). */
const countsOf = (name: string, day: string) =>
  each(COUNTED, (n) => `count(*) filter (${day} > ${D - n}) as ${name}${n}`);
const orZero = (name: string) => each(COUNTED, (n) => `coalesce(${name}${n}, 0) as ${name}${n}`);

const invitees = `
  select inviter_key, ${countsOf('invitees', 'latest')}
  from (
    select inviter_key, invitee, max(day) as latest from ${within('invites')} group by all
  )
  group by inviter_key`;
const changes = (table: string, name: string) =>
  `select org_key, ${countsOf(name, 'day')} from ${within(table)} group by org_key`;
const members = `
  select org_key, count(*) as members from spans where to_day is null group by org_key`;

const activeInMask = `
  ${each(ACTIVE, (n) => `coalesce(days & ${mask(n)} <> 0, false) as active${n}`)},
  ${each(BEFORE, (n) => `coalesce((days >> ${n}) & ${mask(n)} <> 0, false) as before${n}`)}`;
const activeInRows = `
  ${each(ACTIVE, (n) => `bool_or(day > ${D - n}) as active${n}`)},
  ${each(BEFORE, (n) => `bool_or(day > ${D - 2 * n} and day <= ${D - n}) as before${n}`)}`;
const orFalse = `
  ${each(ACTIVE, (n) => `coalesce(active${n}, false) as active${n}`)},
  ${each(BEFORE, (n) => `coalesce(before${n}, false) as before${n}`)}`;

/** The columns of days and their table; each row joins on `key`. */
const usersFrom = (days: string, active: string) => `
  select users.key, id, last_active_at, id_place, created_day, ${days}, ${orZero('invitees')}
  from users
  left join ${active} on active.user_key = users.key
  left join (${invitees}) invited on invited.inviter_key = users.key
  where ${exists}`;
const orgsFrom = (days: string, active: string) => `
  select orgs.key, id, id_place, created_at // 1000 as created_second, created_day, ${days},
    coalesce(members, 0) as members, ${orZero('added')}, ${orZero('removed')}
  from orgs
  left join ${active} on active.org_key = orgs.key
  left join (${members}) members on members.org_key = orgs.key
  left join (${changes('additions', 'added')}) additions on additions.org_key = orgs.key
  left join (${changes('removals', 'removed')}) removals on removals.org_key = orgs.key
  where ${exists}`;

const daysInMask = each(COUNTED, (n) => `coalesce(bit_count(days & ${mask(n)}), 0) as days${n}`);

/** Facts of users from bitmaps, in the order that decides ties: DuckDB keeps the order of inserted rows. */
export const USERS_FROM_BITMAPS = `
  ${usersFrom(`${daysInMask}, ${activeInMask}`, 'active')}
  order by last_active_at * ${2 ** 31} - id_place desc`;

/** An org has the active days of its members that their spans cover, unless they named another org. */
const orgBitmaps = `
  select spans.org_key, bit_or(days & (
    (1::hugeint << (${D + 1} - greatest(coalesce(from_day, 0), ${D - LONGEST + 1}))::hugeint)
    - (1::hugeint << (${D} - coalesce(to_day, ${D}))::hugeint)
  )) as days
  from spans join place_days using (user_key)
  where coalesce(to_day, ${D}) > ${D - LONGEST} and ${isThere('place_days')}
  group by spans.org_key`;

/** Facts of orgs from bitmaps, the largest and then oldest first. */
export const ORGS_FROM_BITMAPS = `
  ${orgsFrom(activeInMask, `(${orgBitmaps}) active`)}
  order by members desc, created_second, id_place`;

/** The same facts in the most obvious SQL, without bitmaps and without order. */
export const USERS_FROM_COUNTS = usersFrom(
  `${orZero('days')}, ${orFalse}`,
  `(
    select user_key, ${countsOf('days', 'day')}, ${activeInRows}
    from ${within('activity')} group by user_key
  ) active`,
);
export const ORGS_FROM_COUNTS = orgsFrom(
  orFalse,
  `(
    select spans.org_key, ${activeInRows}
    from spans join activity using (user_key)
    where day between greatest(coalesce(from_day, 0), ${D - 2 * Math.max(...BEFORE) + 1})
      and coalesce(to_day, ${D}) and ${isThere('activity')}
    group by spans.org_key
  ) active`,
);
