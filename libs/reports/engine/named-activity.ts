import type { PairColumns } from './pair-table.js';

/**
 * The days among the last 90 on which activity named an org. All arrays are in shared memory; words have the format
 * of `ActivityBitmaps`.
 */
export interface NamedActivity {
  pairs: PairColumns;
  /** The days on which each pair was named, by pair key. */
  words: Uint32Array;
  /** The days on which each user was active without naming an org, by user key. They count in all orgs of the user. */
  unnamed: Uint32Array;
  /** The users with a named day, one bit each. */
  naming: Uint32Array;
}

/** Whether a key is in a set of one bit per key. */
export function isIn(set: Uint32Array, key: number): boolean {
  return ((set[key >>> 5]! >>> key) & 1) === 1;
}
