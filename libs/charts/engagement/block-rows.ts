import { BLOCK_SIZE } from '#libs/facts';

/** The words of a row of a block. */
export const BLOCK_WORDS = BLOCK_SIZE / 32;

/**
 * The activity of a block of keys: one row per day or period, in order of time, one bit per key. The charts of a block do
 * not depend on other blocks, so a chart is the sum over all blocks.
 */
export interface BlockRows {
  words: Uint32Array;
  /** The words of a row. */
  width: number;
}

/** The number of bits set in a word. */
export function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The number of keys in a row. */
export function countRow({ words, width }: BlockRows, row: number): number {
  let count = 0;
  for (let at = row * width; at < (row + 1) * width; at++) count += bitCount(words[at]!);
  return count;
}

/** The bytes of words, in the order of stored bitmaps. */
export function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
