import type { HealthFacts } from '#libs/reports';
import type { SeenMember } from './member-days.js';
import { AGES, MOMENTS } from './past-moments.js';
import { RangeSums } from './range-sums.js';

/** Windows in days before the day of a moment: the ages of W(7), W(14), W(30), P(14) and P(30). */
export const WINDOWS = {
  last7: [0, 6],
  last14: [0, 13],
  last30: [0, 29],
  before14: [14, 27],
  before30: [30, 59],
} as const satisfies Record<string, readonly [first: number, last: number]>;

type ActiveUsers = keyof typeof WINDOWS;

const NAMES = Object.keys(WINDOWS) as ActiveUsers[];
const [, LAST_OF_30] = WINDOWS.last30;

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

/**
 * Counts what runs as of each moment would count, from facts known now. Takes one step per member and active day,
 * instead of one per member and moment.
 */
export class OrgCounts {
  private readonly members = new RangeSums();
  private readonly userDays = new RangeSums();
  private readonly active = byWindow(() => new RangeSums());
  /** By age, the oldest moment as of which the org was active on that day; -1 for none. */
  private readonly latest = new Int32Array(AGES).fill(-1);

  /** Adds a current or former member. */
  add(member: SeenMember): void {
    const { ages, until, count } = member;
    for (const { known, ended } of member.spans) this.members.add(ended + 1, known);
    for (let index = 0; index < count; index++) {
      const [age, oldest] = [ages[index]!, until[index]!];
      this.userDays.add(age - LAST_OF_30, oldest);
      if (oldest > this.latest[age]!) this.latest[age] = oldest;
    }
    for (const name of NAMES) addOnce(this.active[name], member, WINDOWS[name]);
  }

  overTime(): OrgOverTime {
    return {
      members: this.members.totals(),
      active: byWindow((name) => this.active[name].totals()),
      userDays: this.userDays.totals(),
      daysSinceLast: Int32Array.from({ length: MOMENTS }, (_, moment) => this.sinceLast(moment)),
    };
  }

  private sinceLast(moment: number): number {
    for (let days = 0; days <= LAST_OF_30; days++)
      if (this.latest[moment + days]! >= moment) return days;
    return LAST_OF_30 + 1;
  }
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
  { ages, until, count }: SeenMember,
  [first, last]: readonly [number, number],
): void {
  // The days are ascending, so the moments of each begin after those of the one before it.
  let begin = 0;
  for (let index = 0; index < count; index++) {
    const age = ages[index]!;
    const from = age - last > begin ? age - last : begin;
    const to = age - first < until[index]! ? age - first : until[index]!;
    if (from > to) continue;
    sums.add(from, to);
    begin = to + 1;
  }
}

function byWindow<T>(make: (name: ActiveUsers) => T): Record<ActiveUsers, T> {
  return Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<ActiveUsers, T>;
}
