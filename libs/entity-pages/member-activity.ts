import { DAY_MS, type Calendar } from '#libs/contracts';
import {
  BLOCK_SHIFT,
  NamedDays,
  NamedPairs,
  partsOf,
  isMarked,
  scanActivity,
  type DayRange,
  type OrgMember,
  type Span,
} from '#libs/facts';
import type { Connection } from '#libs/database';
import { MemberDays } from './story/member-days.js';
import { AGES } from './story/past-moments.js';

const WEEK_MS = 7 * DAY_MS;
const LATEST_DAYS = 30;

/** The activity of the members of an org. */
export interface MemberActivity {
  /** The number of members who made the org active, by week. */
  activeByWeek: number[];
  /** The number of the last 30 days on which each member made the org active, in the order of the members. */
  latestDays: Uint16Array;
  /** The days on which each member was active and named this org or none, in the order of the members. */
  days: MemberDays;
}

/**
 * Reads the folded activity of all current and former members of an org. A member makes the org active on a day of a
 * span when the activity names this org or none.
 * @param weeks a range of whole weeks, which contains the ages of `days`
 * @param today the day of age 0
 */
export async function memberActivity(
  db: Connection,
  calendar: Calendar,
  orgKey: number,
  members: readonly OrgMember[],
  weeks: DayRange,
  today: number,
): Promise<MemberActivity> {
  const count = Math.round((weeks.before - weeks.from) / WEEK_MS);
  const latestDays = new Uint16Array(members.length);
  const days = new MemberDays(members.length);
  const wasActive = Array.from({ length: count }, () => new Uint8Array(members.length));
  const byBlock = membersByBlock(members);
  const pairs = await NamedPairs.of(
    db,
    members.map(({ userKey }) => userKey),
  );
  const pairOf = members.map(({ userKey }) => pairs.keyOf(userKey, orgKey));
  const covered = members.map(({ spans }) => spans.map((span) => daysOf(span, calendar)));
  for (const part of partsOf(weeks, byBlock.size, pairs)) {
    const named = await NamedDays.read(db, part, pairs);
    await scanActivity(db, 'activity', part, [...byBlock.keys()], (day, block, bits) => {
      const unnamed = named.unnamed(day, block, bits);
      const inWeek = wasActive[Math.floor((day - weeks.from) / WEEK_MS)]!;
      const age = (today - day) / DAY_MS;
      const isRecent = age >= 0 && age < AGES;
      const isLatest = age >= 0 && age < LATEST_DAYS;
      const { keys, positions } = byBlock.get(block)!;
      for (let index = 0; index < keys.length; index++) {
        const key = keys[index]!;
        if (!isMarked(bits, key)) continue;
        const position = positions[index]!;
        const isSettled = inWeek[position] === 1 && !isLatest;
        if (isSettled && !isRecent) continue;
        if (!isMarked(unnamed, key) && !named.isNamed(day, pairOf[position]!)) continue;
        if (isRecent) days.mark(position, age);
        if (isSettled) continue;
        const isMember = covered[position]!.some(({ from, to }) => from <= day && day <= to);
        if (!isMember) continue;
        if (isLatest) latestDays[position]!++;
        inWeek[position] = 1;
      }
    });
  }
  const activeByWeek = wasActive.map((positions) => positions.reduce((sum, one) => sum + one, 0));
  return { activeByWeek, latestDays, days };
}

/** The keys of the members in a block of users, and their positions. */
interface MembersOfBlock {
  keys: Int32Array;
  positions: Int32Array;
}

/** The members by block. In typed arrays: reading the keys from the members took longer than everything else. */
function membersByBlock(members: readonly OrgMember[]): Map<number, MembersOfBlock> {
  const positions = new Map<number, number[]>();
  for (const [position, { userKey }] of members.entries()) {
    const block = userKey >> BLOCK_SHIFT;
    const known = positions.get(block);
    if (known) known.push(position);
    else positions.set(block, [position]);
  }
  const inBlock = (some: number[]) => ({
    keys: Int32Array.from(some, (position) => members[position]!.userKey),
    positions: Int32Array.from(some),
  });
  return new Map([...positions].map(([block, some]) => [block, inBlock(some)]));
}

/** The first and the last day of a span; both count fully. */
function daysOf({ from, to }: Span, calendar: Calendar): { from: number; to: number } {
  return { from: calendar.dayOf(from), to: calendar.dayOf(to) };
}
