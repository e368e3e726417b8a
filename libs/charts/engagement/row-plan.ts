import { DAY_MS } from '#libs/contracts';
import type { Period } from '../periods.js';

/** Which row of a block the activity of each day belongs to. Days are the first millisecond of the same date in UTC. */
export class RowPlan {
  /** The first and the last day with a row. */
  readonly first: number;
  readonly last: number;
  /** The number of rows. */
  readonly rows: number;
  private readonly rowByDay: Int16Array;

  /**
   * One row per period.
   * @param periods at least one, each right after the one before
   * @param everBefore adds a first row with all activity before the first period
   */
  constructor(
    periods: readonly Period[],
    readonly everBefore = false,
  ) {
    const before = everBefore ? 1 : 0;
    this.rows = periods.length + before;
    this.first = periods[0]!.from;
    this.last = periods.at(-1)!.before - DAY_MS;
    this.rowByDay = new Int16Array(this.dayNumber(this.last) + 1);
    for (const [index, { from, before: end }] of periods.entries())
      this.rowByDay.fill(index + before, this.dayNumber(from), this.dayNumber(end));
  }

  /** The row of a day; undefined when it has none. */
  rowOf(day: number): number | undefined {
    return this.rowByDay[this.dayNumber(day)];
  }

  private dayNumber(day: number): number {
    return (day - this.first) / DAY_MS;
  }
}

/** The days from the first to the last, as periods. */
export function daysBetween(first: number, last: number): Period[] {
  const count = (last - first) / DAY_MS + 1;
  return Array.from({ length: count }, (_, index) => {
    const from = first + index * DAY_MS;
    return { from, before: from + DAY_MS };
  });
}
