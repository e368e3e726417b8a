import type { TimedEvent } from './events.js';
import {
  activeDays,
  createdAt,
  createdIds,
  existsAt,
  inviteesOf,
  isIn,
  type Days,
  type Subject,
} from './facts.js';
import { openSpans, orgActivity } from './membership.js';
import { oncePerHistory, oncePerKey } from './once.js';
import { dayOf, wholeSecond } from './time.js';

/** The input of a report: "Facts after T do not count". */
export interface AsOf {
  /** T, unix s. */
  reportTime: number;
  /** D, the day of T. */
  today: number;
  /** All events known now: creations have their own time, active days count by day. */
  known: readonly TimedEvent[];
  /** "Facts after T do not count, compared in whole seconds: [...] everything else at its event's time". */
  upToT: readonly TimedEvent[];
}

const momentsOf = oncePerHistory((_: readonly TimedEvent[]) => new Map<number, AsOf>());

/** What is known now, as of T (unix s). */
export function asOf(known: readonly TimedEvent[], reportTime: number): AsOf {
  return oncePerKey(momentsOf(known), reportTime, () => {
    const upToT = known.filter((event) => wholeSecond(event.at) <= reportTime);
    return { reportTime, today: dayOf(reportTime * 1000), known, upToT };
  });
}

/** "`W(n)` is the n days D-n+1 … D (today counts)". */
export function windowOf(t: AsOf, n: number): Days {
  return { first: t.today - n + 1, last: t.today };
}

/** "`P(n)` is the n days before it, D-2n+1 … D-n". */
export function previousOf(t: AsOf, n: number): Days {
  return { first: t.today - 2 * n + 1, last: t.today - n };
}

/** The ids that a report can list: "created at or before T, not deleted at or before T". */
export function listable(t: AsOf, subject: Subject): string[] {
  return createdIds(t.known, subject).filter((id) =>
    existsAt(t.known, subject, id, t.reportTime * 1000),
  );
}

/** "`created before X began` compares days". */
export function createdBefore(t: AsOf, subject: Subject, id: string, x: Days): boolean {
  return dayOf(createdAt(t.known, subject, id)) < x.first;
}

/** "an active day counts when it is not after D"; both windows end at D or before. */
export function userActiveDaysIn(t: AsOf, userId: string, days: Days): number {
  return activeDays(t.known, userId).filter((day) => isIn(days, day)).length;
}

/** "num_invites: distinct invitees invited in W(n)". */
export function invitesIn(t: AsOf, userId: string, days: Days): number {
  return inviteesOf(t.upToT, userId, days).size;
}

/** The (user, day) pairs of the days that made the org active; spans as of T. */
export function activityIn(t: AsOf, orgId: string, days: Days): { userId: string; day: number }[] {
  return orgActivity(t.upToT, t.known, orgId).filter(({ day }) => isIn(days, day));
}

/** "a_X(o) is the number of distinct users who made org o active on some day of X". */
export function activeUsersIn(t: AsOf, orgId: string, days: Days): number {
  return new Set(activityIn(t, orgId, days).map(({ userId }) => userId)).size;
}

/** The org's active days among the days, ascending. */
export function orgActiveDaysIn(t: AsOf, orgId: string, days: Days): number[] {
  return [...new Set(activityIn(t, orgId, days).map(({ day }) => day))].sort((a, b) => a - b);
}

/** "`num_users` is the number of open spans at T". */
export function numUsers(t: AsOf, orgId: string): number {
  return openSpans(t.upToT).filter((span) => span.orgId === orgId).length;
}
