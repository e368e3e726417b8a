/** The input of a stage: a store with the reference data of one size, options, and progress messages. */
export interface Bench {
  /** The number of users of the reference data; everything else follows from it. */
  users: number;
  /** The store with the reference data, in a PostgreSQL on this machine. Stages must not change it. */
  databaseUrl: string;
  /** A folder for files that a stage keeps between runs, such as DuckDB's file. */
  folder: string;
  /** The number of measurements of each figure; the median counts. */
  repeats: number;
  /** Writes a progress message to standard error. */
  progress(text: string): void;
}

/** The anchor and the bounds of a figure. */
export interface Bounds {
  /** The anchor: the `what` of another figure of the same run. */
  against?: string;
  /**
   * How the figure is compared with its anchor. `speed`, the default: how many times as fast it is (anchor / figure if
   * lower is better, else figure / anchor). `duration`: how many times as long it takes (figure / anchor), for figures
   * that cannot be better than their anchor; the bounds are then upper bounds.
   */
  ratio?: 'speed' | 'duration';
  /** The bounds of the figure or, with `against`, of the ratio. */
  must?: number;
  aim?: number;
}

/** One measured figure. `better` says whether higher or lower is better. */
export interface Figure extends Bounds {
  /** The row of the table, such as `22 rankings, written durably`. */
  what: string;
  unit: 's' | 'ms' | 'events/s' | 'requests/s' | 'rows/s' | 'commits/s' | 'MB' | 'B' | '×' | '%';
  samples: readonly number[];
  better: 'lower' | 'higher';
}

/** The row with the time of later runs; the growth is computed from it. */
export const RUN_FIGURE = '22 rankings from facts, written durably';

/** Measures some rows of the table. An answer that differs from its anchor's is an error. */
export interface Stage {
  name: string;
  run(bench: Bench): Promise<Figure[]>;
}
