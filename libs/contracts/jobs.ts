/** The payload of a job, by queue name. A job contains only an id; the row with this id is authoritative. */
export interface JobCatalogue {
  'report-runs': { runId: string };
}

export type QueueName = keyof JobCatalogue;
export const REPORT_RUNS: QueueName = 'report-runs';
