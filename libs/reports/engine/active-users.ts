import { BITMAP_WORDS, wordBits } from './bitmap-words.js';

// Imports are minimal: the thread that tallies orgs has to load this file.

/** The windows over which the active users of an org are counted, as ages [from, before). */
export const ACTIVE_USER_WINDOWS = {
  last7: [0, 7],
  last30: [0, 30],
  before30: [30, 60],
} as const satisfies Record<string, readonly [from: number, before: number]>;

export type ActiveUserWindow = keyof typeof ACTIVE_USER_WINDOWS;

/** The windows in the order of the counts. */
export const ACTIVE_USER_COUNTS = Object.keys(ACTIVE_USER_WINDOWS) as ActiveUserWindow[];

const MASKS = Int32Array.from(
  Object.values(ACTIVE_USER_WINDOWS).flatMap(([from, before]) => wordBits(from, before)),
);

/**
 * Adds one to each window in which a user made an org active.
 * @param days the three words of all days on which that user did
 */
export function countActiveUser(counts: Uint32Array, first: number, days: Int32Array): void {
  const [one, two, three] = [days[0]!, days[1]!, days[2]!];
  for (let at = 0, window = first; at < MASKS.length; at += BITMAP_WORDS, window++) {
    const inWindow = (one & MASKS[at]!) | (two & MASKS[at + 1]!) | (three & MASKS[at + 2]!);
    if (inWindow !== 0) counts[window]!++;
  }
}
