import type { OrgMember, Span } from '#libs/facts';
import { compareIds } from './views.js';

/** Somebody joined or left; `at` in milliseconds since 1970. */
export interface Move {
  userKey: number;
  userId: string;
  at: number;
}

/** The span that makes somebody a member now. */
export function openSpan({ membership }: OrgMember): Span | undefined {
  const last = membership.spans.at(-1);
  return last?.to === Infinity ? last : undefined;
}

/**
 * How many were members as of a moment, by what was told to have happened until then, as `num_users`
 * counts them: also those who do not exist any more.
 * @param at milliseconds since 1970, itself included; Infinity for now
 */
export function membersAt(members: readonly OrgMember[], at: number): number {
  let count = 0;
  for (const { membership } of members) {
    for (const { toldAt, to } of membership.spans) {
      if (toldAt <= at && (to > at || to === Infinity)) count++;
    }
  }
  return count;
}

/** The latest times at which somebody who still exists was added or removed, newest first. */
export function latestMoves(
  members: readonly OrgMember[],
  kind: 'additions' | 'removals',
  most: number,
): Move[] {
  const moves = members.flatMap(({ userKey, userId, exists, membership }) =>
    exists ? membership[kind].map((at) => ({ userKey, userId, at })) : [],
  );
  moves.sort((one, other) => other.at - one.at || compareIds(one.userId, other.userId));
  return moves.slice(0, most);
}

/** A member who exists, and a number of days. */
export interface ActiveMember {
  member: OrgMember;
  span: Span;
  days: number;
}

/**
 * The members with the most active days, in the order of champions: the most recently active first
 * among equals, then by id.
 * @param days of each member, in their order
 * @param lastActive when each of some users was last active
 */
export async function mostActive(
  members: readonly OrgMember[],
  days: Uint16Array,
  most: number,
  lastActive: (userKeys: number[]) => Promise<Map<number, number>>,
): Promise<ActiveMember[]> {
  const active = members.flatMap((member, place): ActiveMember[] => {
    const span = openSpan(member);
    return span && member.exists && days[place]! > 0 ? [{ member, span, days: days[place]! }] : [];
  });
  active.sort((one, other) => other.days - one.days);
  // Who was active when matters among those who can still be shown.
  const fewest = active[most - 1]?.days ?? 0;
  const candidates = active.filter((one) => one.days >= fewest);
  const seconds = await lastActive(candidates.map(({ member }) => member.userKey));
  const last = ({ member }: ActiveMember) => seconds.get(member.userKey)!;
  candidates.sort(
    (one, other) =>
      other.days - one.days ||
      last(other) - last(one) ||
      compareIds(one.member.userId, other.member.userId),
  );
  return candidates.slice(0, most);
}
