import { LAST_MS, type Calendar, type Subject } from '#libs/contracts';
import type { Connection } from '#libs/database';
import { BLOCK_SHIFT, BLOCK_SIZE } from '#libs/facts';
import type { Period } from '../periods.js';
import type { ActivityReader } from './activity-reader.js';
import { scanCreations, type CreationRange } from './activity-rows.query.js';
import { setBit } from '../org-days.js';
import { BLOCK_WORDS, bytesOf } from './block-rows.js';
import { NO_COHORT } from './retention.js';

/**
 * The cohort of each key: the index of the period in which it was created, or `NO_COHORT`.
 * @param reader names the keys that count
 */
export async function readCohorts(
  db: Connection,
  reader: ActivityReader,
  subject: Subject,
  periods: readonly Period[],
  calendar: Calendar,
): Promise<Int16Array> {
  const cohorts = new Int16Array(reader.size * BLOCK_SIZE).fill(NO_COHORT);
  await scanCreations(db, subject, cohorts.length, rangesOf(periods, calendar), (key, cohort) => {
    if (reader.counts(key)) cohorts[key] = cohort;
  });
  return cohorts;
}

/**
 * The instants of each period that facts may have, in order, and the end of the last. A period has several ranges where
 * the zone repeats an hour across midnight.
 */
export function rangesOf(periods: readonly Period[], calendar: Calendar): CreationRange[] {
  const intervals = periods
    .flatMap((period, value) => calendar.intervalsOf(period).map((one) => ({ ...one, value })))
    .map((one) => ({
      ...one,
      from: Math.max(one.from, 0),
      before: Math.min(one.before, LAST_MS + 1),
    }))
    .filter(({ from, before }) => from < before)
    .sort((one, other) => one.from - other.from);
  return intervals.flatMap(({ from, before, value }, index) => {
    const range = { from, value };
    const isFollowed = intervals[index + 1]?.from === before;
    return isFollowed ? [range] : [range, { from: before, value: NO_COHORT }];
  });
}

/** The cohorts of the keys of a block. */
export function cohortsOfBlock(cohorts: Int16Array, block: number): Int16Array {
  return cohorts.subarray(block << BLOCK_SHIFT, (block + 1) << BLOCK_SHIFT);
}

/** The keys of a block that are in any cohort, as a row. */
export function inAnyCohort(cohorts: Int16Array, block: number): Uint32Array {
  const words = new Uint32Array(BLOCK_WORDS);
  const bytes = bytesOf(words);
  for (const [key, cohort] of cohortsOfBlock(cohorts, block).entries())
    if (cohort !== NO_COHORT) setBit(bytes, key);
  return words;
}
