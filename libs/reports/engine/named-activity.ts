import type { ActivityBitmaps } from './activity-bitmaps.js';
import { BITMAP_WORDS } from './bitmap-words.js';
import { findNear, type PairColumns, type PairTable } from './pair-table.js';
import type { ScratchBuffers } from './scratch-buffers.js';

/**
 * The days among the last 90 on which activity named an org. All arrays are in shared memory; words have the format
 * of `ActivityBitmaps`.
 */
export interface NamedActivity {
  pairs: PairColumns;
  /** The days on which each pair was named, by row of the pair; none for row 0. */
  words: Uint32Array;
  /** The days on which each user was active without naming an org, by user key. They count in all orgs of the user. */
  unnamed: Uint32Array;
}

/**
 * The named activity; undefined without any.
 * @param words the days on which each pair was named, by row of the pair
 * @param activity the activity of all users on the same days, by user key
 * @param memory receives the days that name no org
 */
export function namedActivity(
  pairs: PairTable,
  words: Uint32Array,
  { words: active, size }: ActivityBitmaps,
  memory: ScratchBuffers,
): NamedActivity | undefined {
  const { count } = pairs;
  if (count === 0) return undefined;
  pairs.makeRoomForUsers(size);
  const { users } = pairs.columns;
  const unnamed = memory.allocate(active.length);
  unnamed.set(active);
  for (let row = 1, at = BITMAP_WORDS; row <= count; row++, at += BITMAP_WORDS) {
    const of = users[row]! * BITMAP_WORDS;
    unnamed[of]! &= ~words[at]!;
    unnamed[of + 1]! &= ~words[at + 1]!;
    unnamed[of + 2]! &= ~words[at + 2]!;
  }
  return { pairs: pairs.columns, words, unnamed };
}

/** The index in `words` of a pair; 0, where no days are, when the user did not name the org. */
export function wordsOf({ pairs }: NamedActivity, user: number, org: number): number {
  return findNear(pairs, user, org) * BITMAP_WORDS;
}
