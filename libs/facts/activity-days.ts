import { DAY_MS } from '#libs/contracts';
import { BLOCK_BYTES, BLOCK_SHIFT } from './day-block.js';

const WORD_BITS = 32;

/** Days as a half-open range, each the first millisecond of a UTC day. */
export interface DayRange {
  from: number;
  before: number;
}

/**
 * Who was active on each day of a range: one long row of bits a day, in the order of the keys, the
 * highest bit of a byte first, as the store keeps them. 1 M users and 90 days are 11 MB.
 */
export class ActivityDays {
  private readonly bytesPerDay: number;
  private readonly bytes: Uint8Array;
  private readonly words: Uint32Array;

  /** @param keys one more than the highest key */
  constructor(
    private readonly range: DayRange,
    readonly keys: number,
  ) {
    this.bytesPerDay = Math.ceil(keys / (1 << BLOCK_SHIFT)) * BLOCK_BYTES;
    this.bytes = new Uint8Array(this.bytesPerDay * this.count);
    this.words = new Uint32Array(this.bytes.buffer);
  }

  /** How many days there are. */
  get count(): number {
    return Math.max(0, (this.range.before - this.range.from) / DAY_MS);
  }

  /** Fills in one block of a day. @param day its first millisecond */
  put(day: number, block: number, bits: Uint8Array): void {
    this.bytes.set(bits, this.indexOf(day) * this.bytesPerDay + block * BLOCK_BYTES);
  }

  /** Marks one key on a day, which may be outside of the range. @param day its first millisecond */
  mark(day: number, key: number): void {
    if (day < this.range.from || day >= this.range.before) return;
    this.bytes[this.indexOf(day) * this.bytesPerDay + (key >> 3)]! |= 0x80 >> (key & 7);
  }

  /**
   * Turns 32 days into a word a user: bit i of a word says whether its user was active on the day
   * i days before the day `last`. Days outside of the range have nobody.
   * @param last the index of a day, the first of the range being 0
   * @returns a word for each key
   */
  wordsEndingAt(last: number): Uint32Array {
    const wordsPerDay = this.bytesPerDay / 4;
    const words = new Uint32Array(wordsPerDay * WORD_BITS);
    const rows = new Uint32Array(WORD_BITS);
    for (let column = 0; column < wordsPerDay; column++) {
      let any = 0;
      for (let age = 0; age < WORD_BITS; age++) {
        const index = last - age;
        const word =
          index < 0 || index >= this.count ? 0 : this.words[index * wordsPerDay + column]!;
        rows[WORD_BITS - 1 - age] = word;
        any |= word;
      }
      if (any === 0) continue;
      transpose(rows);
      for (let bit = 0; bit < WORD_BITS; bit++) {
        words[column * WORD_BITS + keyOfBit(bit)] = rows[WORD_BITS - 1 - bit]!;
      }
    }
    return words;
  }

  private indexOf(day: number): number {
    return (day - this.range.from) / DAY_MS;
  }
}

/** Which of the 32 keys of a little-endian word its bit stands for: bytes in order, high bit first. */
function keyOfBit(bit: number): number {
  return (bit & ~7) + 7 - (bit & 7);
}

/** Transposes 32 words of 32 bits in place, row 0 and the highest bit first, by swapping ever smaller squares. */
function transpose(rows: Uint32Array): void {
  for (let size = 16, mask = 0x0000ffff; size !== 0; size >>= 1, mask ^= mask << size) {
    for (let row = 0; row < WORD_BITS; row = (row + size + 1) & ~size) {
      const swap = (rows[row]! ^ (rows[row + size]! >>> size)) & mask;
      rows[row]! ^= swap;
      rows[row + size]! ^= swap << size;
    }
  }
}
