import { DAY_MS, type Calendar } from '#libs/contracts';
import {
  BLOCK_SHIFT,
  NamedDays,
  NamedPairs,
  isMarked,
  scanBlocks,
  type DayRange,
  type Span,
} from '#libs/facts';
import type { Connection } from '#libs/database';
import { dayOf } from './day-of-span.js';
import { addTo } from './sets.js';

/** A membership. The spans are pairs of numbers: the first and the last day, counted from 1970. */
export interface Member {
  user: number;
  org: number;
  spans: readonly number[];
}

/** A day of a member, the first millisecond of the same date in UTC. The user was active on it. */
export interface MemberDay {
  day: number;
  member: Member;
}

/** The days on which a member's activity is looked up: all from a day on, or some days. */
export interface MemberToRead {
  member: Member;
  days: { from: number } | ReadonlySet<number>;
}

export function memberOf(
  user: number,
  org: number,
  spans: readonly Span[],
  calendar: Calendar,
): Member {
  const days = spans.flatMap(({ from, to }) => [dayOf(from, calendar), dayOf(to, calendar)]);
  return { user, org, spans: days };
}

/** Whether a day is in a span of the membership. */
export function isMemberOn({ spans }: Member, day: number): boolean {
  const date = day / DAY_MS;
  for (let at = 0; at < spans.length; at += 2) {
    if (spans[at]! <= date && spans[at + 1]! >= date) return true;
  }
  return false;
}

/**
 * The days on which members were active, whether or not on a day of a span. Reads each block of activity once.
 * @param known the days with activity
 */
export async function activeDaysOf(
  db: Connection,
  members: readonly MemberToRead[],
  known: DayRange,
): Promise<MemberDay[]> {
  const byBlock = new Map<number, MemberToRead[]>();
  for (const one of members) {
    const block = one.member.user >> BLOCK_SHIFT;
    const inBlock = byBlock.get(block);
    if (inBlock) inBlock.push(one);
    else byBlock.set(block, [one]);
  }
  const found: MemberDay[] = [];
  await scanBlocks(db, 'activity', blocksToRead(byBlock, known), (day, block, bits) => {
    for (const { member, days } of byBlock.get(block)!) {
      const isWanted = 'from' in days ? day >= days.from : days.has(day);
      if (isWanted && isMarked(bits, member.user)) found.push({ day, member });
    }
  });
  return found;
}

function blocksToRead(
  byBlock: ReadonlyMap<number, readonly MemberToRead[]>,
  known: DayRange,
): Map<number, Set<number>> {
  const wanted = new Map<number, Set<number>>();
  for (const [block, members] of byBlock) {
    let first = Infinity;
    for (const { days } of members) {
      if ('from' in days) first = Math.min(first, days.from);
      else for (const day of days) addTo(wanted, day, block);
    }
    first = Math.max(first, known.from);
    for (let day = first; day < known.before; day += DAY_MS) addTo(wanted, day, block);
  }
  return wanted;
}

/** Blocks of named activity to hold at once: 64 MB. */
const MAX_BLOCKS = 131_072;

/**
 * Decides which of these days made the org active by that member: it is a day of a span, and the user named the org on
 * it, or no org at all.
 */
export async function judgeDays(
  db: Connection,
  found: MemberDay[],
  onDay: (one: MemberDay, isActive: boolean) => void,
): Promise<void> {
  const pairs = await NamedPairs.of(db, [...new Set(found.map(({ member }) => member.user))]);
  found.sort((one, other) => one.day - other.day);
  for (let at = 0; at < found.length;) {
    const wanted = new Map<number, Set<number>>();
    const first = at;
    for (let blocks = 0; at < found.length && blocks < MAX_BLOCKS; at++) {
      const { day, member } = found[at]!;
      for (const pair of pairs.keysOf(member.user)) {
        if (addTo(wanted, day, pair >> BLOCK_SHIFT)) blocks++;
      }
    }
    const named = await NamedDays.readBlocks(db, wanted, pairs);
    for (const one of found.slice(first, at)) {
      const { user, org } = one.member;
      const isNamed = named.isNamed(one.day, pairs.keyOf(user, org));
      onDay(one, (isNamed || !named.hasNamed(one.day, user)) && isMemberOn(one.member, one.day));
    }
  }
}
