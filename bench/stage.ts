/** What a stage measures with: a store with the reference data of one size in it, and how to talk. */
export interface Bench {
  /** How many users the reference data has; everything else follows from it. */
  users: number;
  /** The store with the reference data, in a PostgreSQL on this machine. Leave it as it was found. */
  databaseUrl: string;
  /** A folder for what a stage keeps between runs: DuckDB's file, for one. */
  folder: string;
  /** How often each thing is measured; the median counts. */
  repeats: number;
  /** Says what is being done, on standard error. */
  progress(text: string): void;
}

/** One measured thing. Where a larger number is better says `better`. */
export interface Figure {
  /** The row of the table, such as `22 rankings, written durably`. */
  what: string;
  unit: 's' | 'ms' | 'events/s' | 'requests/s' | 'rows/s' | 'commits/s' | 'MB' | 'B' | '×' | '%';
  samples: readonly number[];
  better: 'lower' | 'higher';
  /** The anchor it is held against: another figure of the same run, by its `what`. */
  against?: string;
  /**
   * The bounds to reach: of the figure itself, or with `against` of the ratio, which is how many times
   * better than the anchor this is (anchor / figure where lower is better, else figure / anchor).
   */
  must?: number;
  aim?: number;
}

/** The row with the time of a run one hour after another; growth is computed from it. */
export const RUN_FIGURE = '22 rankings from facts, written durably';

/** Measures some rows of the table. An answer that disagrees with its anchor's is an error. */
export interface Stage {
  name: string;
  run(bench: Bench): Promise<Figure[]>;
}
