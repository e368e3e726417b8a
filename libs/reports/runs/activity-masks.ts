import type { ActivityDays } from '#libs/facts';
import { valuesOf } from './columns.js';

const WORD_DAYS = 32;

/** Days that the reports look at: the longest window, 90, needs three words of 32. */
export const MASK_DAYS = 90;
const WORDS = Math.ceil(MASK_DAYS / WORD_DAYS);

/**
 * On which of the last 90 days each user or org was active, a bit a day: three words of 32 days.
 * Every activity question of every report is then a mask or a count of bits. A day is told by its
 * age: 0 is the day of the report.
 */
export class ActivityMasks {
  private constructor(private readonly words: readonly Uint32Array[]) {}

  /** Nobody was active. @param keys one more than the highest key */
  static none(keys: number): ActivityMasks {
    return new ActivityMasks(Array.from({ length: WORDS }, () => new Uint32Array(keys)));
  }

  /** @param days 90 of them, the last being the day of the report */
  static of(days: ActivityDays): ActivityMasks {
    const words = Array.from({ length: WORDS }, (_, index) =>
      days.wordsEndingAt(days.count - 1 - index * WORD_DAYS),
    );
    return new ActivityMasks(words);
  }

  /** The masks of these keys, one after another. */
  forKeys(keys: Uint32Array): ActivityMasks {
    return new ActivityMasks(this.words.map((words) => valuesOf(keys, words)));
  }

  /** Marks `key` on the days on which `of` is marked in `other`, ages `from` up to and without `before`. */
  markAs(key: number, other: ActivityMasks, of: number, from: number, before: number): void {
    for (let index = 0; index < WORDS; index++) {
      const first = index * WORD_DAYS;
      if (before <= first) return;
      this.words[index]![key]! |= other.words[index]![of]! & ages(from - first, before - first);
    }
  }

  /** Whether `key` was active at an age from `from` up to and without `before`. */
  isActive(key: number, from: number, before: number): boolean {
    for (let index = 0; index < WORDS; index++) {
      const first = index * WORD_DAYS;
      if ((this.words[index]![key]! & ages(from - first, before - first)) !== 0) return true;
    }
    return false;
  }

  /** The age of the last day on which `key` was active; undefined when there is none. */
  latestAge(key: number): number | undefined {
    for (let index = 0; index < WORDS; index++) {
      const word = this.words[index]![key]!;
      if (word !== 0) return index * WORD_DAYS + 31 - Math.clz32(word & -word);
    }
    return undefined;
  }

  /** How many of the last `days` days `key` was active. */
  countDays(key: number, days: number): number {
    let count = 0;
    for (let index = 0; index * WORD_DAYS < days; index++) {
      count += bitCount(this.words[index]![key]! & ages(0, days - index * WORD_DAYS));
    }
    return count;
  }
}

/** Bits `from` up to and without `before`, as far as they lie within a word. */
function ages(from: number, before: number): number {
  return lowBits(before) & ~lowBits(from);
}

function lowBits(count: number): number {
  if (count <= 0) return 0;
  return count >= WORD_DAYS ? -1 : (1 << count) - 1;
}

/** The number of bits set in 32, by adding them up in parallel. */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
