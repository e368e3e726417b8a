import { contactRole, type OrgMember, type Span } from '#libs/facts';
import type { PresentMember } from './org-members-cache.service.js';

/** An addition or a removal of a user; `at` in milliseconds since 1970. */
export interface Move {
  userKey: number;
  at: number;
}

/**
 * The number of members at a moment, counted like `num_users`: includes deleted users.
 * @param at milliseconds since 1970, inclusive; Infinity for now
 */
export function membersAt(members: readonly OrgMember[], at: number): number {
  let count = 0;
  for (const { spans } of members) {
    for (const { openedAt, to } of spans) {
      if (openedAt <= at && (to > at || to === Infinity)) count++;
    }
  }
  return count;
}

/**
 * The latest additions or removals of existing users, newest first; ties in the order of `members`.
 */
export function latestMoves(
  members: readonly OrgMember[],
  kind: 'addition' | 'removal',
  most: number,
): Move[] {
  const momentOf = kind === 'addition' ? additionOf : removalOf;
  const moves = members.flatMap(({ userKey, exists, spans }) =>
    exists ? spans.flatMap(momentOf).map((at) => ({ userKey, at })) : [],
  );
  moves.sort((one, other) => other.at - one.at);
  return moves.slice(0, most);
}

/**
 * The members with the most active days; ties are ordered by last activity, the latest first.
 * @param days active days of each current or former member, by position
 */
export function mostActive(
  present: readonly PresentMember[],
  days: Uint16Array,
  most: number,
): PresentMember[] {
  const active = present.filter(({ position }) => days[position]! > 0);
  // The sort is stable, and `present` is ordered by last activity.
  return active.sort((one, other) => days[other.position]! - days[one.position]!).slice(0, most);
}

/** Up to `most` members whose role names an owner or an administrator: owners first, then the most recently active. */
export function contactsAmong(present: readonly PresentMember[], most: number): PresentMember[] {
  const withRole = (wanted: ReturnType<typeof contactRole>) =>
    present.filter(({ span }) => contactRole(span.role) === wanted);
  return [...withRole('owner'), ...withRole('admin')].slice(0, most);
}

function additionOf({ isAddition, from }: Span): number[] {
  return isAddition ? [from] : [];
}

function removalOf({ to }: Span): number[] {
  return to === Infinity ? [] : [to];
}
