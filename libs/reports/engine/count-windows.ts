import type { CountWindowDays } from '#libs/contracts';

/** The windows over which invites and membership changes are counted, in days, the longest first. */
export const COUNT_WINDOWS = [90, 60, 30] as const satisfies readonly CountWindowDays[];

export type CountWindow = (typeof COUNT_WINDOWS)[number];

const [LONGEST, MIDDLE, SHORTEST] = COUNT_WINDOWS;

/** Adds one to each window that includes a day of the given age. A negative age means never. */
export function countInWindows(counts: Uint32Array, first: number, age: number): void {
  if (age < 0 || age >= LONGEST) return;
  counts[first]!++;
  if (age < MIDDLE) counts[first + 1]!++;
  if (age < SHORTEST) counts[first + 2]!++;
}
