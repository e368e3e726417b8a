import { BLOCK_SHIFT, BLOCK_SIZE, Bitset, forEachKey } from '#libs/facts/blocks';
import { bitCount } from './bits.js';
import { BITMAP_DAYS, BITMAP_WORDS, WORD_DAYS, wordBits } from './bitmap-words.js';

/** The bits of the third word that are used. */
const OLDEST = (1 << (BITMAP_DAYS - 2 * WORD_DAYS)) - 1;
const ROOM_TO_GROW = 1.05;
/** The words of 32 keys. */
const TILE_WORDS = WORD_DAYS * BITMAP_WORDS;

/**
 * The active days of each user or org among the last 90, one bit per day: three adjacent words of 32 days per key,
 * because they are read together. Reports test these bits with masks or count them. A day is given by its age: 0 is
 * the day of the report.
 */
export class ActivityBitmaps {
  /** @param words three per key, in shared memory unless the caller allocated them */
  private constructor(public words: Uint32Array) {}

  /** The number of keys. */
  get size(): number {
    return this.words.length / BITMAP_WORDS;
  }

  /** No activity. @param keys one more than the highest key */
  static none(keys: number): ActivityBitmaps {
    return new ActivityBitmaps(wordsFor(keys));
  }

  /** Grows to hold more keys, if needed. @param keys one more than the highest key */
  makeRoom(keys: number): void {
    if (keys <= this.size) return;
    const words = wordsFor(Math.ceil(keys * ROOM_TO_GROW));
    words.set(this.words);
    this.words = words;
  }

  /** Moves age 0 to a later day. */
  advanceDays(days: number): void {
    for (let rest = days; rest > 0; rest -= WORD_DAYS - 1)
      this.shift(Math.min(rest, WORD_DAYS - 1));
  }

  /** Marks one key. */
  mark(key: number, age: number): void {
    this.words[key * BITMAP_WORDS + Math.floor(age / WORD_DAYS)]! |= 1 << age;
  }

  /** Marks one key, or removes its mark. */
  replace(key: number, age: number, isActive: boolean): void {
    const at = key * BITMAP_WORDS + Math.floor(age / WORD_DAYS);
    const mark = 1 << age;
    const word = this.words[at]!;
    // Nearly no key changes.
    if (((word & mark) !== 0) !== isActive) this.words[at] = word ^ mark;
  }

  /** Marks the keys of a block whose bits are set, in the store's format. */
  markBlock(age: number, block: number, bits: Uint8Array): void {
    const { words } = this;
    const [index, mark] = [Math.floor(age / WORD_DAYS), 1 << age];
    forEachKey(block, bits, (key) => (words[key * BITMAP_WORDS + index]! |= mark));
  }

  /**
   * Puts a day of a block of keys, in the store's format, into empty bitmaps. Call `transpose` after the last one.
   *
   * Until then the bitmaps of 32 keys are stored by day: a word for each of 96 days, with a bit for each key. Marking each
   * key, as `markBlock` does, took 0.45 s of CPU instead of 0.1 for the 90 days of a million users.
   */
  putBlock(age: number, block: number, bits: Uint8Array): void {
    const { words } = this;
    // The last day of a word comes first, so that age 0 becomes the lowest bit.
    const day = (WORD_DAYS - 1 - (age % WORD_DAYS)) * BITMAP_WORDS + Math.floor(age / WORD_DAYS);
    let at = (block << BLOCK_SHIFT) * BITMAP_WORDS + day;
    for (let byte = 0; byte < bits.length && at < words.length; byte += 4, at += TILE_WORDS) {
      words[at] =
        (bits[byte]! << 24) | (bits[byte + 1]! << 16) | (bits[byte + 2]! << 8) | bits[byte + 3]!;
    }
  }

  /** Turns the days of `putBlock` into one bitmap per key. */
  transpose(): void {
    const { words } = this;
    for (let tile = 0; tile < words.length; tile += TILE_WORDS)
      for (let word = 0; word < BITMAP_WORDS; word++) transposeTile(words, tile + word);
  }

  /** Clears one day of a block of keys. */
  clearBlock(age: number, block: number): void {
    const [index, mark] = [Math.floor(age / WORD_DAYS), 1 << age];
    const first = block << BLOCK_SHIFT;
    const before = Math.min(first + BLOCK_SIZE, this.size);
    for (let key = first; key < before; key++) this.words[key * BITMAP_WORDS + index]! &= ~mark;
  }

  /** Wraps an array of words. */
  static over(words: Uint32Array): ActivityBitmaps {
    return new ActivityBitmaps(words);
  }

  /** Copies the words of some keys from rows of `stride` numbers, which begin with the words. */
  static ofRows(rows: Uint32Array, stride: number, keys: Uint32Array): ActivityBitmaps {
    const bitmaps = ActivityBitmaps.none(keys.length);
    for (let position = 0; position < keys.length; position++)
      for (let word = 0; word < BITMAP_WORDS; word++)
        bitmaps.words[position * BITMAP_WORDS + word] = rows[keys[position]! * stride + word]!;
    return bitmaps;
  }

  /** Copies the words of a key into an array, from `at` on. */
  copyTo(words: Uint32Array, at: number, key: number): void {
    const source = key * BITMAP_WORDS;
    words[at] = this.words[source]!;
    words[at + 1] = this.words[source + 1]!;
    words[at + 2] = this.words[source + 2]!;
  }

  /** The keys among the first `count` that were active at an age in [`from`, `before`). */
  activeDuring(from: number, before: number, count = this.size): Bitset {
    const { words } = this;
    const [one, two, three] = wordBits(from, before);
    const set = new Bitset(count);
    for (let key = 0, at = 0; key < count; key++, at += BITMAP_WORDS) {
      const days = (words[at]! & one) | (words[at + 1]! & two) | (words[at + 2]! & three);
      set.addIf(key, days === 0 ? 0 : 1);
    }
    return set;
  }

  /** Counts the active days of each key among the last `days` days. @param counts receives one count per key */
  countDays(days: number, counts: Uint32Array): void {
    const { words } = this;
    const [one, two, three] = wordBits(0, days);
    for (let key = 0, at = 0; key < counts.length; key++, at += BITMAP_WORDS) {
      counts[key] =
        bitCount(words[at]! & one) +
        bitCount(words[at + 1]! & two) +
        bitCount(words[at + 2]! & three);
    }
  }

  /** The age of the last active day of `key`; undefined without one. */
  latestAge(key: number): number | undefined {
    for (let index = 0; index < BITMAP_WORDS; index++) {
      const word = this.words[key * BITMAP_WORDS + index]!;
      if (word !== 0) return index * WORD_DAYS + 31 - Math.clz32(word & -word);
    }
    return undefined;
  }
  /** @param days fewer than a word has */
  private shift(days: number): void {
    const { words } = this;
    const rest = WORD_DAYS - days;
    for (let at = 0; at < words.length; at += BITMAP_WORDS) {
      const [one, two, three] = [words[at]!, words[at + 1]!, words[at + 2]!];
      words[at] = one << days;
      words[at + 1] = (two << days) | (one >>> rest);
      words[at + 2] = ((three << days) | (two >>> rest)) & OLDEST;
    }
  }
}

/**
 * Transposes 32 words of 32 bits in place, `BITMAP_WORDS` apart: bit n of word m, from the highest on, becomes bit m of
 * word n. Swaps ever smaller squares of bits (Warren, Hacker's Delight, 7-3).
 */
function transposeTile(words: Uint32Array, first: number): void {
  let mask = 0x0000ffff;
  for (let size = WORD_DAYS / 2; size > 0; size >>>= 1, mask ^= mask << size) {
    for (let row = 0; row < WORD_DAYS; row = (row + size + 1) & ~size) {
      // Two constants: as an array, the positions took twice as long as everything else.
      const one = first + row * BITMAP_WORDS;
      const other = one + size * BITMAP_WORDS;
      const swapped = (words[one]! ^ (words[other]! >>> size)) & mask;
      words[one]! ^= swapped;
      words[other]! ^= swapped << size;
    }
  }
}

/** Words for whole tiles of 32 keys. */
function wordsFor(keys: number): Uint32Array {
  const bytes = Math.ceil(keys / WORD_DAYS) * TILE_WORDS * Uint32Array.BYTES_PER_ELEMENT;
  return new Uint32Array(new SharedArrayBuffer(bytes));
}
