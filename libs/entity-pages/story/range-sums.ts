import { MOMENTS } from './past-moments.js';

/** Counts by moment, of which each addition covers a range. */
export class RangeSums {
  private readonly steps = new Int32Array(MOMENTS + 1);

  /** Adds one to the moments of [`first`, `last`], as far as they exist. */
  add(first: number, last: number): void {
    const from = first < 0 ? 0 : first;
    const to = last < MOMENTS ? last : MOMENTS - 1;
    if (from > to) return;
    this.steps[from]!++;
    this.steps[to + 1]!--;
  }

  /** Writes the counts. */
  into(totals: Int32Array | Uint8Array): void {
    let total = 0;
    for (let moment = 0; moment < MOMENTS; moment++) totals[moment] = total += this.steps[moment]!;
  }

  totals(): Int32Array {
    const totals = new Int32Array(MOMENTS);
    this.into(totals);
    return totals;
  }

  clear(): void {
    this.steps.fill(0);
  }
}
