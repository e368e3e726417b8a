const WORD_DAYS = 30;

/** Days that are kept: three windows of 30, the longest that any report looks back. */
export const MASK_DAYS = 90;

/**
 * On which of the last 90 days each user or org was active, a bit a day: three words of 30 days.
 * Every activity question of every report is then a mask or a count of bits. A day is told by its
 * age: 0 is the day of the report.
 */
export class ActivityMasks {
  private readonly words: Uint32Array[];

  /** @param size one more than the highest key */
  constructor(size: number) {
    this.words = Array.from({ length: MASK_DAYS / WORD_DAYS }, () => new Uint32Array(size));
  }

  mark(key: number, age: number): void {
    const word = this.words[Math.floor(age / WORD_DAYS)]!;
    word[key]! |= 1 << (age % WORD_DAYS);
  }

  /** Marks `key` on the days on which `of` is marked in `other`, ages `from` up to and without `before`. */
  markAs(key: number, other: ActivityMasks, of: number, from: number, before: number): void {
    for (const [index, word] of this.words.entries()) {
      const first = index * WORD_DAYS;
      word[key]! |= other.words[index]![of]! & daysMask(from - first, before - first);
    }
  }

  /** Whether `key` was active at an age from `from` up to and without `before`. */
  isActive(key: number, from: number, before: number): boolean {
    return this.words.some((word, index) => {
      const first = index * WORD_DAYS;
      return (word[key]! & daysMask(from - first, before - first)) !== 0;
    });
  }

  /** How many of the last `days` days (30, 60 or 90) `key` was active. */
  countDays(key: number, days: number): number {
    let count = 0;
    for (let index = 0; index * WORD_DAYS < days; index++)
      count += bitCount(this.words[index]![key]!);
    return count;
  }
}

/** Bits `from` up to and without `before`, as far as they lie within a word. */
function daysMask(from: number, before: number): number {
  return lowBits(before) & ~lowBits(from);
}

function lowBits(count: number): number {
  const bits = Math.min(Math.max(count, 0), WORD_DAYS);
  return 2 ** bits - 1;
}

/** The number of bits set in 32, by adding them up in parallel. */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return (((fours + (fours >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
