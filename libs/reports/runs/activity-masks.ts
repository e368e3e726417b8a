import type { ActivityDays } from '#libs/facts';

const WORD_DAYS = 32;

/** Days that the reports look at: the longest window, 90, needs three words of 32. */
export const MASK_DAYS = 90;
const WORDS = 3;

/**
 * On which of the last 90 days each user or org was active, a bit a day: three words of 32 days, side
 * by side, since whoever asks for one of them asks for all. Every activity question of every report is
 * then a mask or a count of bits. A day is told by its age: 0 is the day of the report.
 */
export class ActivityMasks {
  private constructor(private readonly words: Uint32Array) {}

  /** How many keys it is of. */
  get size(): number {
    return this.words.length / WORDS;
  }

  /** Nobody was active. @param keys one more than the highest key */
  static none(keys: number): ActivityMasks {
    return new ActivityMasks(new Uint32Array(keys * WORDS));
  }

  /** @param days 90 of them, the last being the day of the report */
  static of(days: ActivityDays): ActivityMasks {
    const { words } = ActivityMasks.none(days.keys);
    for (let index = 0; index < WORDS; index++) {
      days.wordsEndingAt(days.count - 1 - index * WORD_DAYS, (key, word) => {
        words[key * WORDS + index] = word;
      });
    }
    return new ActivityMasks(words);
  }

  /** The masks of these keys, one after another. */
  forKeys(keys: Uint32Array): ActivityMasks {
    const { words } = ActivityMasks.none(keys.length);
    for (let place = 0; place < keys.length; place++) {
      for (let index = 0; index < WORDS; index++) {
        words[place * WORDS + index] = this.words[keys[place]! * WORDS + index]!;
      }
    }
    return new ActivityMasks(words);
  }

  /** Marks `key` on the days on which `of` is marked in `other`, ages `from` up to and without `before`. */
  markAs(key: number, other: ActivityMasks, of: number, from: number, before: number): void {
    for (let index = 0, first = 0; index < WORDS; index++, first += WORD_DAYS) {
      if (before <= first) return;
      const word = other.words[of * WORDS + index]!;
      if (word === 0) continue;
      // Most spans are of longer than the days looked at.
      const isWhole = from <= first && before >= first + WORD_DAYS;
      this.words[key * WORDS + index]! |= isWhole
        ? word
        : word & ages(from - first, before - first);
    }
  }

  /** Tells of a key whether it was active at an age from `from` up to and without `before`. */
  isActive(from: number, before: number): (key: number) => boolean {
    const { words } = this;
    const [one, two, three] = wordMasks(from, before);
    return (key) => {
      const at = key * WORDS;
      return ((words[at]! & one) | (words[at + 1]! & two) | (words[at + 2]! & three)) !== 0;
    };
  }

  /** Tells of a key on how many of the last `days` days it was active. */
  countDays(days: number): (key: number) => number {
    const { words } = this;
    const [one, two, three] = wordMasks(0, days);
    return (key) => {
      const at = key * WORDS;
      return (
        bitCount(words[at]! & one) +
        bitCount(words[at + 1]! & two) +
        bitCount(words[at + 2]! & three)
      );
    };
  }

  /** The age of the last day on which `key` was active; undefined when there is none. */
  latestAge(key: number): number | undefined {
    for (let index = 0; index < WORDS; index++) {
      const word = this.words[key * WORDS + index]!;
      if (word !== 0) return index * WORD_DAYS + 31 - Math.clz32(word & -word);
    }
    return undefined;
  }
}

/**
 * Ages from `from` up to and without `before`, as they lie in each of the three words. Put together once
 * a question: a million times over, they took longer than looking.
 */
function wordMasks(from: number, before: number): [number, number, number] {
  const word = (index: number) => ages(from - index * WORD_DAYS, before - index * WORD_DAYS);
  return [word(0), word(1), word(2)];
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
