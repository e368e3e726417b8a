import {
  activeUsersIn,
  asOf,
  invitesIn,
  listable,
  numUsers,
  orgActiveDaysIn,
  previousOf,
  userActiveDaysIn,
  windowOf,
} from './as-of.js';
import type { TimedEvent } from './events.js';
import { createdAt, lastActiveAt, profileField, type Subject } from './facts.js';
import { healthOf } from './health.js';
import { openSpans } from './membership.js';
import type { ModelSettings } from './settings.js';
import { compareBytes, dayText, wholeSecond } from './time.js';

/** "User: active_days_30, last_active_at, created_at, num_orgs (open spans), num_invites_30." */
export const USER_VALUES = [
  ...['active_days_30', 'last_active_at', 'created_at', 'num_orgs', 'num_invites_30'],
] as const;

export const ORG_VALUES = [
  ...['num_users', 'active_users_7', 'active_users_30', 'active_users_before'],
  ...['active_days_30', 'last_active_day', 'created_at', 'health_score'],
] as const;

type Value = number | string | null;

/** A row of the index; days as `YYYY-MM-DD`, instants as unix seconds. */
export interface IndexRow {
  id: string;
  values: Record<string, Value>;
}

/** The order of the index; by default by id. */
export interface IndexOrder {
  sort?: string;
  order?: 'asc' | 'desc';
}

/** "Every existing user and org as of the latest run's T, with values frozen in the run", by id ↑. */
export function indexRows(
  known: readonly TimedEvent[],
  subject: Subject,
  reportTime: number,
  settings: ModelSettings,
): IndexRow[] {
  const t = asOf(known, reportTime);
  const valuesOf =
    subject === 'user'
      ? (id: string) => ({
          active_days_30: userActiveDaysIn(t, id, windowOf(t, 30)),
          last_active_at: lastActiveAt(known, id, reportTime),
          created_at: wholeSecond(createdAt(known, 'user', id)),
          num_orgs: openSpans(t.upToT).filter((span) => span.userId === id).length,
          num_invites_30: invitesIn(t, id, windowOf(t, 30)),
        })
      : (id: string) => {
          // "last_active_day (the last active day in W(90), else null)"
          const last = orgActiveDaysIn(t, id, windowOf(t, 90)).at(-1);
          return {
            num_users: numUsers(t, id),
            active_users_7: activeUsersIn(t, id, windowOf(t, 7)),
            active_users_30: activeUsersIn(t, id, windowOf(t, 30)),
            active_users_before: activeUsersIn(t, id, previousOf(t, 30)),
            active_days_30: orgActiveDaysIn(t, id, windowOf(t, 30)).length,
            last_active_day: last === undefined ? null : dayText(last),
            created_at: wholeSecond(createdAt(known, 'org', id)),
            health_score: settings.indexHasHealth
              ? (healthOf(t, id, settings.healthWeights)?.score ?? null)
              : null,
          };
        };
  return listable(t, subject).map((id) => ({ id, values: valuesOf(id) }));
}

/** "Sorted by any of these, either direction (nulls last in both), then by id ↑." */
export function sortedBy(
  rows: readonly IndexRow[],
  value: string,
  order: 'asc' | 'desc',
): IndexRow[] {
  const sign = order === 'asc' ? 1 : -1;
  return [...rows].sort((one, other) => {
    const [a, b] = [one.values[value]!, other.values[value]!];
    const byId = compareBytes(one.id, other.id);
    if (a === null || b === null) return Number(a === null) - Number(b === null) || byId;
    return a < b ? -sign : a > b ? sign : byId;
  });
}

const SEARCHED = {
  user: ['first_name', 'last_name', 'username', 'email'],
  org: ['name'],
} as const;

/**
 * "case-insensitive substring of name parts, username, e-mail or id, over values as they are now, each field by
 * itself; `%` and `_` are plain characters".
 */
export function isFound(
  known: readonly TimedEvent[],
  subject: Subject,
  id: string,
  search: string,
): boolean {
  const fields = SEARCHED[subject].map((field) => profileField(known, subject, id, field));
  return [id, ...fields].some(
    (value) => typeof value === 'string' && value.toLowerCase().includes(search.toLowerCase()),
  );
}
