import type { LifecyclePart } from '#libs/contracts';
import { bitCount, countRow, type BlockRows } from './block-rows.js';

/** The numbers of a period. */
export type LifecycleCounts = Record<LifecyclePart, number>;

/**
 * The chart `lifecycle`: how the keys active in each period relate to the period before.
 * Add the blocks, then read `counts`.
 */
export class Lifecycle {
  private readonly active: number[];
  private readonly fresh: number[];
  private readonly returning: number[];

  /** @param periods the number of periods of the chart */
  constructor(periods: number) {
    this.active = new Array<number>(periods + 1).fill(0);
    this.fresh = new Array<number>(periods + 1).fill(0);
    this.returning = new Array<number>(periods + 1).fill(0);
  }

  /** @param rows all activity before the preceding period, the preceding period, and the periods of the chart */
  add(rows: BlockRows): void {
    const { words, width } = rows;
    const seen = words.slice(0, width);
    for (let period = 0; period < this.active.length; period++) {
      const row = period + 1;
      this.active[period]! += countRow(rows, row);
      let [fresh, returning] = [0, 0];
      for (let word = 0; word < width; word++) {
        const now = words[row * width + word]!;
        if (now === 0) continue;
        if (period > 0) returning += bitCount(now & words[(row - 1) * width + word]!);
        fresh += bitCount(now & ~seen[word]!);
        seen[word]! |= now;
      }
      this.fresh[period]! += fresh;
      this.returning[period]! += returning;
    }
  }

  /** One entry per period. */
  get counts(): LifecycleCounts[] {
    return this.active.slice(1).map((active, index) => {
      const [fresh, returning] = [this.fresh[index + 1]!, this.returning[index + 1]!];
      return {
        ...{ active, new: fresh, returning, resurrected: active - fresh - returning },
        dormant: this.active[index]! - returning,
      };
    });
  }
}

/**
 * The keys of one part of a period.
 * @param rows all activity before the preceding period, the preceding period, and the period
 */
export function lifecyclePart({ words, width }: BlockRows, part: LifecyclePart): Uint32Array {
  const found = new Uint32Array(width);
  for (let word = 0; word < width; word++) {
    const [ever, before, now] = [words[word]!, words[width + word]!, words[2 * width + word]!];
    found[word] = {
      active: now,
      new: now & ~before & ~ever,
      returning: now & before,
      resurrected: now & ~before & ever,
      dormant: before & ~now,
    }[part];
  }
  return found;
}
