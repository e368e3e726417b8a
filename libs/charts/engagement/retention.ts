import { LAST_COHORT_CELL, type CohortState } from '#libs/contracts';
import { bytesOf, type BlockRows } from './block-rows.js';

const CELLS = LAST_COHORT_CELL + 1;
/** The cohort of a key that is in none. */
export const NO_COHORT = -1;

/**
 * The chart `retention`: how many keys of each cohort are active in the period of the cohort and in each of the 12 after
 * it. Add the blocks, then read the numbers.
 */
export class Retention {
  readonly sizes: number[];
  private readonly active: number[];

  /**
   * @param cohorts the number of cohorts; the period of cohort n is row n
   * @param rows the number of periods with activity
   */
  constructor(
    cohorts: number,
    private readonly rows: number,
  ) {
    this.sizes = new Array<number>(cohorts).fill(0);
    this.active = new Array<number>(cohorts * CELLS).fill(0);
  }

  /**
   * Tests the bits of each key. Combining whole rows would pay only where neighbouring keys are of one cohort.
   * @param rows one row per period, in the bit order of stored bitmaps
   * @param cohorts the cohort of each key, or `NO_COHORT`
   */
  add({ words, width }: BlockRows, cohorts: Int16Array): void {
    const bytes = bytesOf(words);
    const rowBytes = width * 4;
    for (let key = 0; key < cohorts.length; key++) {
      const cohort = cohorts[key]!;
      if (cohort === NO_COHORT) continue;
      this.sizes[cohort]!++;
      const cells = this.cellsOf(cohort);
      const shift = 7 - (key & 7);
      let at = cohort * rowBytes + (key >> 3);
      for (let cell = 0; cell < cells; cell++, at += rowBytes)
        this.active[cohort * CELLS + cell]! += (bytes[at]! >> shift) & 1;
    }
  }

  /** The numbers of active keys of a cohort, by cell; empty for a cohort without a row. */
  activeOf(cohort: number): number[] {
    const first = cohort * CELLS;
    return this.active.slice(first, first + this.cellsOf(cohort));
  }

  private cellsOf(cohort: number): number {
    return Math.max(0, Math.min(CELLS, this.rows - cohort));
  }
}

/**
 * The keys of a cohort that are active in a period, or are not.
 * @param cohort its keys
 * @param row the activity in the period
 */
export function cohortPart(
  cohort: Uint32Array,
  row: Uint32Array,
  state: CohortState | undefined,
): Uint32Array {
  if (state === undefined) return cohort.slice();
  return cohort.map((word, index) =>
    state === 'active' ? word & row[index]! : word & ~row[index]!,
  );
}
