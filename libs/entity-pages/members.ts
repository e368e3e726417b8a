import type { OrgMember, Span } from '#libs/facts';
import type { PresentMember } from './org-members-cache.service.js';

/** A user joined or left; `at` in milliseconds since 1970. */
export interface Move {
  userKey: number;
  at: number;
}

/**
 * How many users were members at a moment, counted like `num_users`: deleted users included.
 * @param at milliseconds since 1970, itself included; Infinity for now
 */
export function membersAt(members: readonly OrgMember[], at: number): number {
  let count = 0;
  for (const { spans } of members) {
    for (const { toldAt, to } of spans) {
      if (toldAt <= at && (to > at || to === Infinity)) count++;
    }
  }
  return count;
}

/**
 * The latest times at which an existing user was added or removed, newest first; ties in the order of
 * keys.
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
  moves.sort((one, other) => other.at - one.at || one.userKey - other.userKey);
  return moves.slice(0, most);
}

/**
 * The members with the most active days, the most recently active first among equals.
 * @param days of each who is or was a member, by place
 */
export function mostActive(
  present: readonly PresentMember[],
  days: Uint16Array,
  most: number,
): PresentMember[] {
  const active = present.filter(({ place }) => days[place]! > 0);
  // Stable: they come by when they were last active.
  return active.sort((one, other) => days[other.place]! - days[one.place]!).slice(0, most);
}

function additionOf({ isAddition, from }: Span): number[] {
  return isAddition ? [from] : [];
}

function removalOf({ to }: Span): number[] {
  return to === Infinity ? [] : [to];
}
