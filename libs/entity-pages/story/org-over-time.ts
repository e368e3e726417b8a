import type { OrgMember } from '#libs/facts';
import type { HealthFacts } from '#libs/reports';
import { CountedDays, type MemberDays } from './member-days.js';
import { AGES, MOMENTS, type PastMoments } from './past-moments.js';

/** Windows in days before the day of a moment: the ages of W(7), W(14), W(30), P(14) and P(30). */
const WINDOWS = {
  last7: [0, 6],
  last14: [0, 13],
  last30: [0, 29],
  before14: [14, 27],
  before30: [30, 59],
} as const satisfies Record<string, readonly [first: number, last: number]>;

export type ActiveUsers = keyof typeof WINDOWS;

const NAMES = Object.keys(WINDOWS) as ActiveUsers[];

/** The numbers of an org as of each moment. */
export interface OrgOverTime {
  /** Open spans. */
  members: Int32Array;
  /** The distinct users who made the org active in a window. */
  active: Record<ActiveUsers, Int32Array>;
  /** The (user, day) pairs of W(30) that made the org active. */
  userDays: Int32Array;
  /** The age at the moment of the last active day of W(30); 30 without one. */
  daysSinceLast: Int32Array;
}

/** Numbers by moment, of which ranges are added. */
export class RangeSums {
  private readonly steps = new Int32Array(MOMENTS + 1);

  /** Adds one to the moments of [`first`, `last`]. Moments that do not exist are left out. */
  add(first: number, last: number): void {
    const from = first < 0 ? 0 : first;
    const to = last < MOMENTS ? last : MOMENTS - 1;
    if (from > to) return;
    this.steps[from]!++;
    this.steps[to + 1]!--;
  }

  totals(): Int32Array {
    const totals = this.steps.slice(0, MOMENTS);
    for (let moment = 1; moment < MOMENTS; moment++) totals[moment]! += totals[moment - 1]!;
    return totals;
  }
}

/**
 * Computes what runs as of each moment would count, from facts known now. Takes one step per member and active day,
 * instead of one per member and moment.
 * @param members all current and former members, in the order of `days`
 */
export function orgOverTime(
  members: readonly OrgMember[],
  days: MemberDays,
  moments: PastMoments,
): OrgOverTime {
  const present = new RangeSums();
  const userDays = new RangeSums();
  const active = byWindow(() => new RangeSums());
  const counted = new CountedDays(moments);
  const latest = new Int32Array(AGES).fill(-1);
  for (const [position, { spans }] of members.entries()) {
    for (const { openedAt, to } of spans)
      present.add(moments.oldestWith(to) + 1, moments.oldestWith(openedAt));
    counted.read(days, position, spans);
    for (let index = 0; index < counted.count; index++) {
      const [age, until] = [counted.ages[index]!, counted.until[index]!];
      userDays.add(age - WINDOWS.last30[1], until);
      if (until > latest[age]!) latest[age] = until;
    }
    for (const name of NAMES) addOnce(active[name], counted, WINDOWS[name]);
  }
  return {
    members: present.totals(),
    active: byWindow((name) => active[name].totals()),
    userDays: userDays.totals(),
    daysSinceLast: daysSinceLast(latest),
  };
}

/** The input of `healthOf` as of a moment. */
export function healthFacts(org: OrgOverTime, moment: number): HealthFacts {
  return {
    active: org.active.last30[moment]!,
    before: org.active.before30[moment]!,
    members: org.members[moment]!,
    userDays: org.userDays[moment]!,
    daysSinceLast: org.daysSinceLast[moment]!,
  };
}

/** Adds one to the moments as of which any of the days is in the window. */
function addOnce(
  sums: RangeSums,
  { ages, until, count }: CountedDays,
  [first, last]: readonly [number, number],
): void {
  // The days are ascending, so the moments of each begin after those of the one before it.
  let done = -1;
  for (let index = 0; index < count; index++) {
    const from = Math.max(ages[index]! - last, done + 1);
    const to = Math.min(ages[index]! - first, until[index]!);
    if (from > to) continue;
    sums.add(from, to);
    done = to;
  }
}

/** @param latest by age, the oldest moment as of which the org was active on that day; -1 for none */
function daysSinceLast(latest: Int32Array): Int32Array {
  const [, last] = WINDOWS.last30;
  return Int32Array.from({ length: MOMENTS }, (_, moment) => {
    for (let days = 0; days <= last; days++) if (latest[moment + days]! >= moment) return days;
    return last + 1;
  });
}

function byWindow<T>(make: (name: ActiveUsers) => T): Record<ActiveUsers, T> {
  return Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<ActiveUsers, T>;
}
