/** The payload of a job, by queue name. A job contains only an id; the row with this id is authoritative. */
export interface JobCatalogue {
  'report-runs': { runId: string };
  'subscription-deliveries': { subscriptionId: string };
}

export type QueueName = keyof JobCatalogue;
export const REPORT_RUNS = 'report-runs' satisfies QueueName;
export const SUBSCRIPTION_DELIVERIES = 'subscription-deliveries' satisfies QueueName;
