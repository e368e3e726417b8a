// Imports nothing: the thread that tallies orgs has to load this file.

/** The windows over which the active users of an org are counted: W(7), W(30) and P(30), in the order of the counts. */
export const ACTIVE_USER_COUNTS = ['last7', 'last30', 'before30'] as const;

export type ActiveUserWindow = (typeof ACTIVE_USER_COUNTS)[number];

const LAST_7 = (1 << 7) - 1;
const LAST_30 = (1 << 30) - 1;
/** The ages 30 to 59: two bits of the first word, 28 of the second. */
const [BEFORE_30_ONE, BEFORE_30_TWO] = [~LAST_30, (1 << 28) - 1];

/**
 * Adds one to each window in which a user made an org active. Without branches, and with a constant per window: a loop
 * over the windows took three times as long.
 * @param one the first of the three words of all days on which that user did; bit n is age n
 * @param two the second word; bit n is age 32 + n
 */
export function countActiveUser(
  counts: Uint32Array,
  first: number,
  one: number,
  two: number,
): void {
  counts[first]! += isNotZero(one & LAST_7);
  counts[first + 1]! += isNotZero(one & LAST_30);
  counts[first + 2]! += isNotZero((one & BEFORE_30_ONE) | (two & BEFORE_30_TWO));
}

function isNotZero(word: number): number {
  return (word | -word) >>> 31;
}
