import type { Bounds, Figure } from './stage.js';

/** Measured values by the row of the table. */
export class Samples {
  private readonly values = new Map<string, number[]>();

  add(what: string, value: number): void {
    this.values.set(what, [...(this.values.get(what) ?? []), value]);
  }

  /** Drops the first value of every row: the first call runs cold. */
  dropWarmUp(): void {
    for (const [what, values] of this.values) this.values.set(what, values.slice(1));
  }

  figure(
    what: string,
    unit: Figure['unit'],
    better: Figure['better'],
    bounds: Bounds = {},
  ): Figure {
    const samples = this.values.get(what) ?? [];
    if (samples.length === 0) throw new Error(`Nothing was measured for "${what}".`);
    return { what, unit, better, samples, ...bounds };
  }
}
