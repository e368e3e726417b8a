import { DAY_MS } from '#libs/contracts';
import type { Random } from './random.js';

/** The history spans 400 days, today included. */
const HISTORY_DAYS = 400;

/** Days are counted from today: 0 is the UTC day of `now`, -1 is yesterday. */
export const FIRST_DAY = 1 - HISTORY_DAYS;

/** 1970-01-01 was a Thursday: day 3 of a week that begins on Monday. */
const WEEKDAY_OF_EPOCH = 3;

/** Probability of a weekend day relative to a weekday. */
const WEEKEND_SHARE = 0.25;

/** Ratio of signups and new orgs today to those on the first day. */
const GROWTH = 2;

/** Turns days counted from today into instants, and draws days. */
export class Calendar {
  private readonly today: number;

  /** @param now milliseconds since 1970; only its UTC day matters */
  constructor(now: number) {
    this.today = Math.floor(now / DAY_MS) * DAY_MS;
  }

  /** The instant, in milliseconds since 1970, of a second of a day. */
  at(day: number, second: number): number {
    return this.today + day * DAY_MS + second * 1000;
  }

  isWeekend(day: number): boolean {
    return (this.today / DAY_MS + day + WEEKDAY_OF_EPOCH) % 7 >= 5;
  }

  /** Draws a day from `first` to `last`, both included; weekdays are more likely. */
  drawDay(random: Random, first: number, last: number): number {
    return this.draw(random, first, last, () => 1);
  }

  /** `drawDay` with later days more likely, in line with the growth of signups. */
  drawGrowthDay(random: Random, first: number, last: number): number {
    const share = (day: number) => (1 + (GROWTH - 1) * (1 + day / HISTORY_DAYS)) / GROWTH;
    return this.draw(random, first, last, share);
  }

  /** Rejection sampling; an empty range gives its last day. */
  private draw(
    random: Random,
    first: number,
    last: number,
    shareOf: (day: number) => number,
  ): number {
    if (first >= last) return last;
    for (let tries = 0; tries < 20; tries++) {
      const day = random.between(first, last);
      const share = shareOf(day) * (this.isWeekend(day) ? WEEKEND_SHARE : 1);
      if (random.chance(share)) return day;
    }
    return last;
  }
}
