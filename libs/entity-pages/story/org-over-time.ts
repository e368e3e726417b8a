import { bitCount, type HealthFacts } from '#libs/reports';
import type { DaysOfSome } from './days-of-some.js';
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

/** Counts what runs as of each moment would count, from facts known now. */
export class OrgCounts {
  private readonly members = new RangeSums();
  private readonly userDays = new RangeSums();
  private readonly active = byWindow(() => new RangeSums());
  /** By age, the oldest moment as of which the org was active on that day; -1 for none. */
  private readonly latest = new Int32Array(AGES).fill(-1);
  /** Of members whose days count as of every moment: by age, the number of days, and the members active in a window from that day on. */
  private readonly days = new Int32Array(AGES);
  private readonly in7 = new Int32Array(AGES);
  private readonly in14 = new Int32Array(AGES);
  private readonly in30 = new Int32Array(AGES);

  /** Adds a span. @param known and `ended`: it is open as of the moments after `ended` up to `known` */
  addSpan(ended: number, known: number): void {
    this.members.add(ended + 1, known);
  }

  /** Adds the days of a current or former member. */
  add(member: SeenMember): void {
    const { ages, until, count } = member;
    for (let index = 0; index < count; index++) {
      const [age, oldest] = [ages[index]!, until[index]!];
      this.userDays.add(age - LAST_OF_30, oldest);
      if (oldest > this.latest[age]!) this.latest[age] = oldest;
    }
    for (const name of NAMES) addOnce(this.active[name], member, WINDOWS[name]);
  }

  /**
   * Adds the days of members whose days count as of every moment from the day on: 32 members at a time instead of one, a
   * window as the union of shorter ones.
   * @param some overwritten
   */
  addSome(some: DaysOfSome): void {
    addCounts(this.days, some);
    // The 2, 4, then 7 days from each day on, and so on.
    for (const days of [1, 2, 3]) joinLater(some, days);
    addCounts(this.in7, some);
    joinLater(some, 7);
    addCounts(this.in14, some);
    for (const days of [14, 2]) joinLater(some, days);
    addCounts(this.in30, some);
  }

  overTime(): OrgOverTime {
    const ofSome = {
      ...{ last7: this.in7, last14: this.in14, last30: this.in30 },
      ...{ before14: this.in14, before30: this.in30 },
    };
    const active = byWindow((name) => {
      const [first] = WINDOWS[name];
      return this.active[name]
        .totals()
        .map((users, moment) => users + ofSome[name][moment + first]!);
    });
    return {
      members: this.members.totals(),
      active,
      userDays: this.userDays.totals().map((days, moment) => days + this.daysOfSome(moment)),
      daysSinceLast: Int32Array.from({ length: MOMENTS }, (_, moment) => this.sinceLast(moment)),
    };
  }

  private daysOfSome(moment: number): number {
    return this.days.subarray(moment, moment + LAST_OF_30 + 1).reduce((sum, days) => sum + days, 0);
  }

  private sinceLast(moment: number): number {
    for (let days = 0; days <= LAST_OF_30; days++) {
      const age = moment + days;
      if (this.days[age]! > 0 || this.latest[age]! >= moment) return days;
    }
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

/** Unites the words of each day with those of the day `days` earlier. */
function joinLater({ words, width }: DaysOfSome, days: number): void {
  const distance = days * width;
  for (let at = 0; at < words.length - distance; at++) words[at]! |= words[at + distance]!;
}

function addCounts(counts: Int32Array, { words, width }: DaysOfSome): void {
  for (let age = 0; age < AGES; age++) {
    let count = 0;
    for (let at = age * width; at < (age + 1) * width; at++) count += bitCount(words[at]!);
    counts[age]! += count;
  }
}

function byWindow<T>(make: (name: ActiveUsers) => T): Record<ActiveUsers, T> {
  return Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<ActiveUsers, T>;
}
