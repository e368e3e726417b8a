import { countRow, type BlockRows } from './block-rows.js';

/**
 * The chart `rolling`: the number of keys active on any of the n days up to each day.
 * Add the blocks, then read `values`.
 */
export class Rolling {
  readonly values: number[];

  /**
   * @param window n, in days
   * @param count the number of days of the chart
   */
  constructor(
    private readonly window: number,
    count: number,
  ) {
    this.values = new Array<number>(count).fill(0);
  }

  /** @param days one row per day, the last of them the days of the chart and at least n - 1 days before; overwritten */
  add(days: BlockRows): void {
    const before = days.words.length / days.width - this.values.length;
    orOverDays(days, this.window);
    for (let day = 0; day < this.values.length; day++)
      this.values[day]! += countRow(days, before + day);
  }
}

/**
 * Replaces each day by the days up to it. The window doubles with each pass, so 30 days take five passes instead of 29.
 * The first n - 1 rows have shorter windows.
 */
function orOverDays(days: BlockRows, window: number): void {
  let width = 1;
  for (; width * 2 <= window; width *= 2) orWithEarlier(days, width);
  if (width < window) orWithEarlier(days, window - width);
}

/** Adds to each row the row `distance` before it. */
function orWithEarlier({ words, width }: BlockRows, distance: number): void {
  const back = distance * width;
  for (let at = words.length - 1; at >= back; at--) words[at]! |= words[at - back]!;
}
