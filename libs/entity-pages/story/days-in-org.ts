import { DAY_MS, type Calendar } from '#libs/contracts';
import type { OrgMember } from '#libs/facts';
import { bitCount } from '#libs/reports';
import { DayCounts } from './day-counts.js';
import { MemberDays } from './member-days.js';

const LATEST_DAYS = 30;

/**
 * The days on which each member made the org active: those of `days` that a span covers, each from its first to its last
 * day. Goes through the days once, with one bit per member that is set while a span covers the day: 32 members at a time.
 * @param today the day of age 0
 */
export function daysInOrg(
  days: MemberDays,
  members: readonly OrgMember[],
  calendar: Calendar,
  today: number,
): MemberDays {
  const { youngest, oldest } = days;
  const inOrg = new MemberDays(days.members, youngest, days.days);
  const [opening, closing] = changesByAge(days, members, calendar, today);
  const covered = new Int32Array(days.width);
  /** The spans of each member that cover the day: those of one member may overlap. */
  const spans = new Int32Array(members.length);
  for (let age = oldest; age >= youngest; age--) {
    for (const position of opening[age - youngest]!)
      if (spans[position]!++ === 0) covered[position >>> 5]! |= 1 << position;
    const [active, made] = [days.of(age), inOrg.of(age)];
    for (let word = 0; word < made.length; word++) made[word] = active[word]! & covered[word]!;
    for (const position of closing[age - youngest]!)
      if (--spans[position]! === 0) covered[position >>> 5]! &= ~(1 << position);
  }
  return inOrg;
}

/** The number of members with any of the days from age `last` back to age `first`. */
export function membersIn(days: MemberDays, last: number, first: number): number {
  const any = new Int32Array(days.width);
  for (let age = last; age <= first; age++) {
    const some = days.of(age);
    for (let word = 0; word < any.length; word++) any[word]! |= some[word]!;
  }
  return any.reduce((count, word) => count + bitCount(word), 0);
}

/** The number of the last 30 days, including today, of each member. */
export function latestDays(days: MemberDays): DayCounts {
  const counts = new DayCounts(days.width);
  for (let age = 0; age < LATEST_DAYS; age++) counts.add(days.of(age));
  return counts;
}

/** The positions of the members with a span that begins, or ends, on each day. */
function changesByAge(
  { youngest, oldest, days }: MemberDays,
  members: readonly OrgMember[],
  calendar: Calendar,
  today: number,
): [opening: number[][], closing: number[][]] {
  const opening = Array.from({ length: days }, (): number[] => []);
  const closing = Array.from({ length: days }, (): number[] => []);
  const ageOf = (ms: number) => (today - calendar.dayOf(ms)) / DAY_MS;
  for (let position = 0; position < members.length; position++) {
    for (const { from, to } of members[position]!.spans) {
      const first = from === -Infinity ? oldest : Math.min(ageOf(from), oldest);
      const last = to === Infinity ? youngest : Math.max(ageOf(to), youngest);
      if (first < last) continue;
      opening[first - youngest]!.push(position);
      closing[last - youngest]!.push(position);
    }
  }
  return [opening, closing];
}
