import type { UserWindowDays } from '#libs/contracts';
import { bitCount } from './bits.js';

/** The windows n for which the active users of an org are counted in W(n) and in P(n). */
export const ACTIVE_USER_WINDOWS = [14, 30] as const satisfies readonly UserWindowDays[];

/** The windows over which the active users of an org are counted, in the order of the counts: `last7` is W(7), `before14` P(14). */
export const ACTIVE_USER_COUNTS = ['last7', 'last14', 'last30', 'before14', 'before30'] as const;

export type ActiveUserWindow = (typeof ACTIVE_USER_COUNTS)[number];

const LAST_7 = (1 << 7) - 1;
const LAST_14 = (1 << 14) - 1;
const LAST_30 = (1 << 30) - 1;
/** The ages 14 to 27. */
const BEFORE_14 = LAST_14 << 14;

/**
 * Adds one to each window in which a user made an org active. Without branches, and with a constant per window: a loop
 * over the windows took three times as long.
 * @param one the first of the three words of all days on which that user did; bit n is age n
 * @param before the days of P(30); bit n is age 30 + n
 */
export function countActiveUser(
  counts: Uint32Array,
  first: number,
  one: number,
  before: number,
): void {
  counts[first]! += isNotZero(one & LAST_7);
  counts[first + 1]! += isNotZero(one & LAST_14);
  counts[first + 2]! += isNotZero(one & LAST_30);
  counts[first + 3]! += isNotZero(one & BEFORE_14);
  counts[first + 4]! += isNotZero(before);
}

/** The days of P(30), of the first two words of days. */
export function daysBefore30(one: number, two: number): number {
  return ((one >>> 30) | (two << 2)) & LAST_30;
}

/** The number of days in W(30). */
export function countLast30(one: number): number {
  return bitCount(one & LAST_30);
}

/** Whether one of the days is in W(14): 1 or 0. */
export function isInLast14(one: number): number {
  return isNotZero(one & LAST_14);
}

function isNotZero(word: number): number {
  return (word | -word) >>> 31;
}
