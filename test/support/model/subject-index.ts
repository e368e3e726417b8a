import type { TimedEvent } from './events.js';
import {
  activeDays,
  createdAt,
  createdIds,
  existsAt,
  inviteesOf,
  isIn,
  lastActiveAt,
  type Days,
  type Subject,
} from './facts.js';
import { daysActiveIn, openSpans, spansOf } from './membership.js';
import { dayOf, dayText, wholeSecond } from './time.js';

export interface IndexedSubject {
  id: string;
  values: Record<string, number | string | null>;
}

/** "Every existing user and org as of the run's T, with values frozen in the run", by id. T in unix s. */
export function indexOf(
  known: readonly TimedEvent[],
  subject: Subject,
  reportTime: number,
): IndexedSubject[] {
  const ids = createdIds(known, subject).filter((id) =>
    existsAt(known, subject, id, reportTime * 1000),
  );
  const valuesOf = subject === 'user' ? userValues : orgValues;
  return ids.map((id) => ({ id, values: valuesOf(known, id, reportTime) }));
}

function lastDays(reportTime: number, n: number, before = 0): Days {
  const today = dayOf(reportTime * 1000);
  return { first: today - before - n + 1, last: today - before };
}

/** "Facts after T do not count". */
function upTo(known: readonly TimedEvent[], reportTime: number): TimedEvent[] {
  return known.filter((event) => event.at <= reportTime * 1000);
}

function userValues(known: readonly TimedEvent[], id: string, reportTime: number) {
  const upToT = upTo(known, reportTime);
  const inW30 = lastDays(reportTime, 30);
  return {
    active_days_30: activeDays(known, id).filter((day) => isIn(inW30, day)).length,
    last_active_at: lastActiveAt(known, id, reportTime),
    created_at: wholeSecond(createdAt(known, 'user', id)),
    num_orgs: openSpans(upToT).filter((span) => span.userId === id).length,
    num_invites_30: inviteesOf(upToT, id, inW30).size,
  };
}

function orgValues(known: readonly TimedEvent[], id: string, reportTime: number) {
  const upToT = upTo(known, reportTime);
  const spans = spansOf(upToT).filter((span) => span.orgId === id);
  const activity = spans.flatMap((span) =>
    daysActiveIn(known, span).map((day) => ({ user: span.userId, day })),
  );
  const during = (days: Days) => activity.filter(({ day }) => isIn(days, day));
  const users = (days: Days) => new Set(during(days).map(({ user }) => user)).size;
  const inW90 = during(lastDays(reportTime, 90)).map(({ day }) => day);
  return {
    num_users: openSpans(upToT).filter((span) => span.orgId === id).length,
    active_users_7: users(lastDays(reportTime, 7)),
    active_users_30: users(lastDays(reportTime, 30)),
    active_users_before: users(lastDays(reportTime, 30, 30)),
    active_days_30: new Set(during(lastDays(reportTime, 30)).map(({ day }) => day)).size,
    last_active_day: inW90.length === 0 ? null : dayText(Math.max(...inW90)),
    created_at: wholeSecond(createdAt(known, 'org', id)),
    health_score: null,
  };
}
