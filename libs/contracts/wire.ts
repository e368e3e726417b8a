import { z } from 'zod';
import { CADENCES, CHART_TYPES } from './catalogue.js';
import { OUTCOMES, SENDER_KINDS } from './senders.js';

const count = z.int().min(0);
const seconds = z.int().min(0).describe('unix seconds');

const orgMembership = z.object({
  display_name: z.string(),
  org_id: z.string(),
  user_role: z.string(),
  userRole: z.string().describe('the same as user_role, for the Node client'),
});

export const userReportRow = z.object({
  id: z.string(),
  report_id: z.string(),
  user_id: z.string(),
  user_created_at: seconds,
  username: z.string().nullable(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  email: z.string().describe('empty when none is known'),
  last_active_at: seconds,
  org_data: z.array(orgMembership),
  extra_properties: z.record(z.string(), z.int()),
});

export const orgReportRow = z.object({
  id: z.string(),
  report_id: z.string(),
  org_id: z.string(),
  name: z.string(),
  num_users: count,
  org_created_at: seconds,
  extra_properties: z.record(z.string(), z.int()),
});

const page = {
  current_page: count,
  total_count: count.describe('length of the frozen list'),
  page_size: z.int().min(1).max(100),
  has_more_results: z.boolean(),
  report_time: seconds.describe('the moment of the report; 0 when none was made yet'),
};

export const userReportPage = z.object({ user_reports: z.array(userReportRow), ...page });
export const orgReportPage = z.object({ org_reports: z.array(orgReportRow), ...page });

export const chart = z.object({
  chart_type: z.enum(Object.values(CHART_TYPES) as [string, ...string[]]),
  cadence: z.enum(CADENCES),
  metrics: z.array(z.object({ date: z.string(), result: count, cadence_completed: z.boolean() })),
});

export const signupParameters = z.object({
  user_signup_query_parameters: z.record(z.string(), z.string()),
});

export const availableReports = z.object({
  report_time: seconds,
  reports: z.array(
    z.object({
      subject: z.enum(['user', 'org']),
      report: z.string(),
      report_interval: z.string(),
      is_default: z.boolean(),
      total_count: count,
      report_time: seconds,
    }),
  ),
});

export const ingestReply = z.object({
  accepted: count,
  rejected: z.array(
    z.object({
      index: count,
      id: z.string().nullable(),
      errors: z.record(z.string(), z.array(z.string())),
    }),
  ),
});

export const reportRun = z.object({
  run_id: z.string(),
  state: z.enum(['queued', 'running', 'completed', 'failed']),
  report_time: seconds,
  as_of: z.string().nullable(),
  queued_at: seconds,
  started_at: seconds.nullable(),
  completed_at: seconds.nullable(),
  failed_at: seconds.nullable(),
  attempts: count,
  row_counts: z.record(z.string(), count).nullable(),
  error: z.string().nullable(),
});

const sourceState = z.object({
  source: z
    .string()
    .describe('the name of the webhook, of the API key, or of what was imported from'),
  kind: z.enum(SENDER_KINDS),
  configured: z.boolean().describe('its secret is set, or its key is live and may ingest'),
  last_event_at: seconds
    .nullable()
    .describe('the last event that was not refused; null when none in 90 days'),
});

export const sourceStates = z.object({ sources: z.array(sourceState) });

const sourceDetails = sourceState.extend({
  last_day: z
    .array(z.object({ type: z.string(), outcome: z.enum(OUTCOMES), count }))
    .describe('of the current hour and the 23 before it'),
  dead_letters: z
    .array(z.object({ reason: z.string(), count }))
    .describe('by what was wrong, the most frequent first, 20 at most'),
});

export const sources = z.object({ sources: z.array(sourceDetails) });

export type OrgMembership = z.infer<typeof orgMembership>;
export type UserReportRow = z.infer<typeof userReportRow>;
export type OrgReportRow = z.infer<typeof orgReportRow>;
export type ReportPage = z.infer<typeof userReportPage> | z.infer<typeof orgReportPage>;
export type Chart = z.infer<typeof chart>;
export type IngestReply = z.infer<typeof ingestReply>;
export type Rejection = IngestReply['rejected'][number];
export type ReportRunView = z.infer<typeof reportRun>;
export type SourceState = z.infer<typeof sourceState>;
export type SourceDetails = z.infer<typeof sourceDetails>;
