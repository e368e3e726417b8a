import type { LookBackDays } from '#libs/contracts';

/** The longest window of a report, in days. It needs three words of 32 bits. */
export const BITMAP_DAYS: LookBackDays = 90;
export const BITMAP_WORDS = 3;
export const WORD_DAYS = 32;

/** The selected bits of each of the three words. */
type WordBits = readonly [number, number, number];

/**
 * The bits of ages in [`from`, `before`) in each of the three words. Compute them once per query: computing them per
 * user took longer than the test itself.
 */
export function wordBits(from: number, before: number): WordBits {
  return [bitsOf(0, from, before), bitsOf(1, from, before), bitsOf(2, from, before)];
}

/** The bits of ages in [`from`, `before`) in one of the words, without an array for each span. */
export function bitsOf(word: number, from: number, before: number): number {
  return lowBits(before - word * WORD_DAYS) & ~lowBits(from - word * WORD_DAYS);
}

function lowBits(count: number): number {
  if (count <= 0) return 0;
  return count >= WORD_DAYS ? -1 : (1 << count) - 1;
}
