import { inviteesOf, isIn, type Days } from './facts.js';
import type { TimedEvent } from './events.js';
import { daysActiveIn, openSpans, replayAll, spansOf } from './membership.js';
import { compareBytes, wholeSecond } from './time.js';

const EVER: Days = { first: -Infinity, last: Infinity };

/** "`num_users` is the number of open spans at T"; "facts after T do not count". T in unix ms. */
export function numUsersAt(history: readonly TimedEvent[], orgId: string, atMs: number): number {
  const upToT = history.filter((event) => wholeSecond(event.at) <= wholeSecond(atMs));
  return openSpans(upToT).filter((span) => span.orgId === orgId).length;
}

/** Users who made the org active on any of the days. */
export function activeMembersIn(history: readonly TimedEvent[], orgId: string, days: Days): number {
  const spans = spansOf(history).filter((span) => span.orgId === orgId);
  const active = spans.filter((span) => daysActiveIn(history, span).some((day) => isIn(days, day)));
  return new Set(active.map(({ userId }) => userId)).size;
}

/** "Members' activity on org pages": on how many of the days each user made the org active. */
export function daysActiveInOrg(
  history: readonly TimedEvent[],
  orgId: string,
  userId: string,
  days: Days,
): number {
  const spans = spansOf(history).filter((span) => span.orgId === orgId && span.userId === userId);
  const active = spans.flatMap((span) => daysActiveIn(history, span));
  return new Set(active.filter((day) => isIn(days, day))).size;
}

/** The additions to or removals from an org with user and unix second, newest first. */
export function movesOf(
  history: readonly TimedEvent[],
  orgId: string,
  kind: 'additions' | 'removals',
): { user_id: string; at: number }[] {
  return replayAll(history)
    .filter((pair) => pair.orgId === orgId)
    .flatMap((pair) => pair[kind].map((at) => ({ userId: pair.userId, at })))
    .sort((a, b) => b.at - a.at || compareBytes(a.userId, b.userId))
    .map(({ userId, at }) => ({ user_id: userId, at: wholeSecond(at) }));
}

/** The number of different people that a user ever invited. */
export function everInvited(history: readonly TimedEvent[], userId: string): number {
  return inviteesOf(history, userId, EVER).size;
}
