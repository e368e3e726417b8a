import { AGES } from './past-moments.js';
import type { MemberDays } from './member-days.js';

/** Members at a time: their days take 72 kB, which fit in a processor's cache. */
const MAX_WORDS = 128;

/** The days of up to 4,096 members, by age: `width` words per age. */
export interface DaysOfSome {
  words: Int32Array;
  width: number;
  /** The first of the words in `MemberDays`. */
  firstWord: number;
}

/**
 * Goes through the days of all members of a set, some members at a time. The words may be overwritten.
 * @param wanted the set, one bit per member
 */
export function* inPortions(days: MemberDays, wanted: Int32Array): Generator<DaysOfSome> {
  const room = new Int32Array(AGES * MAX_WORDS);
  for (let firstWord = 0; firstWord < days.width; firstWord += MAX_WORDS) {
    const width = Math.min(MAX_WORDS, days.width - firstWord);
    const words = room.subarray(0, AGES * width);
    for (let age = 0; age < AGES; age++) {
      const all = days.of(age);
      for (let word = 0; word < width; word++)
        words[age * width + word] = all[firstWord + word]! & wanted[firstWord + word]!;
    }
    yield { words, width, firstWord };
  }
}
