/** All jobs: queue name → payload. A job carries an id; the row it names is the truth. */
export interface JobCatalogue {
  'report-runs': { runId: string };
}

export type QueueName = keyof JobCatalogue;
export const REPORT_RUNS: QueueName = 'report-runs';
