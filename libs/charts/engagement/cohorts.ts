import { DAY_MS, LAST_MS, type Calendar, type Subject } from '#libs/contracts';
import type { Connection } from '#libs/database';
import { BLOCK_SHIFT, BLOCK_SIZE } from '#libs/facts';
import type { Period } from '../periods.js';
import type { ActivityReader } from './activity-reader.js';
import { scanCreations } from './activity-rows.query.js';
import { setBit } from '../org-days.js';
import { BLOCK_WORDS, bytesOf } from './block-rows.js';
import { NO_COHORT } from './retention.js';
import { RowPlan } from './row-plan.js';

/** Larger than any UTC offset. */
const MARGIN_MS = 2 * DAY_MS;

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
  const plan = new RowPlan(periods);
  const [first, last] = [plan.first - MARGIN_MS, plan.last + MARGIN_MS].map((ms) =>
    Math.min(Math.max(ms, 0), LAST_MS),
  ) as [number, number];
  await scanCreations(db, subject, { first, last }, (key, createdAt) => {
    const cohort = plan.rowOf(calendar.dayOf(createdAt));
    if (cohort !== undefined && reader.counts(key)) cohorts[key] = cohort;
  });
  return cohorts;
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
