import { bitCount, type BlockRows } from './block-rows.js';

/** The number of days that the chart looks at. */
export const FREQUENCY_DAYS = 30;
/** Bits of a number of days. */
const PLANES = 5;

/**
 * The chart `frequency`: `values[k - 1]` is the number of keys active on exactly k of 30 days.
 * Add the blocks, then read `values`.
 */
export class Frequency {
  readonly values: number[] = new Array<number>(FREQUENCY_DAYS).fill(0);

  /** @param days 30 rows */
  add({ words, width }: BlockRows): void {
    for (let word = 0; word < width; word++) this.addWord(words, word, width);
  }

  /** Counts the days of 32 keys at once: plane p contains bit p of each key's count. */
  private addWord(words: Uint32Array, first: number, width: number): void {
    const planes = [0, 0, 0, 0, 0];
    let any = 0;
    for (let at = first; at < words.length; at += width) {
      let carry = words[at]!;
      any |= carry;
      for (let plane = 0; carry !== 0 && plane < PLANES; plane++) {
        const sum = planes[plane]!;
        planes[plane] = sum ^ carry;
        carry &= sum;
      }
    }
    if (any === 0) return;
    for (let count = 1; count <= FREQUENCY_DAYS; count++) {
      let equal = any;
      for (let plane = 0; plane < PLANES; plane++)
        equal &= (count >> plane) & 1 ? planes[plane]! : ~planes[plane]!;
      this.values[count - 1]! += bitCount(equal);
    }
  }
}
