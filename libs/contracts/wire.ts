import { z } from 'zod';
import { WEEK_STARTS } from './calendar.js';
import { CADENCES, CHART_TYPES } from './catalogue.js';
import { optional, typed } from './fields.js';
import { parseDay } from './instant.js';
import { nameSchemas } from './named.js';
import { CLEARABLE_FIELDS, shapeOf } from './profile-fields.js';
import { fieldErrors } from './problem.js';
import { OUTCOMES, SENDER_KINDS } from './senders.js';
import { TRAIT_DROPS } from './traits.js';

const count = z.int().min(0);
/** A day in 1970 or later, parsed to milliseconds since 1970. */
const pastDay = z
  .string({ error: typed('a day such as 2026-01-31') })
  .meta({ format: 'date' })
  .transform((text, context) => {
    const ms = text.length === 10 ? parseDay(text) : undefined;
    if (ms === undefined || ms < 0) context.addIssue('must be a day such as 2026-01-31');
    return ms ?? z.NEVER;
  });
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
  ...shapeOf(CLEARABLE_FIELDS, z.string().nullable()),
  email: z.string().describe('empty when none is known'),
  last_active_at: seconds,
  org_data: z.array(orgMembership),
  extra_properties: z
    .object({ num_invites: count.optional(), num_active_days: count.optional() })
    .describe('num_invites in top_inviter, num_active_days in champion, otherwise empty'),
});

export const orgReportRow = z.object({
  id: z.string(),
  report_id: z.string(),
  org_id: z.string(),
  name: z.string(),
  num_users: count,
  org_created_at: seconds,
  extra_properties: z
    .object({
      num_users_added: count.optional(),
      num_users_removed: count.optional(),
      net_users_change: z.int().optional(),
    })
    .describe('the first two in growth, all three in attrition, otherwise empty'),
});

const page = {
  current_page: count,
  total_count: count.describe('length of the stored list'),
  page_size: z.int().min(1).max(100),
  has_more_results: z.boolean(),
  report_time: seconds.describe('the report time; 0 when no report was made yet'),
};

export const userReportPage = z.object({ user_reports: z.array(userReportRow), ...page });
export const orgReportPage = z.object({ org_reports: z.array(orgReportRow), ...page });

export const chart = z.object({
  chart_type: z.enum(CHART_TYPES),
  cadence: z.enum(CADENCES),
  metrics: z.array(
    z.object({
      date: z.iso.date().describe("the period's first day"),
      result: count,
      cadence_completed: z.boolean().describe("whether the period's last day is over"),
    }),
  ),
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
      errors: fieldErrors,
    }),
  ),
});

export const reportRun = z.object({
  run_id: z.string(),
  state: z.enum(['queued', 'running', 'completed', 'failed', 'withdrawn']),
  report_time: seconds,
  as_of: z.string().nullable().describe('a day in `time_zone`'),
  time_zone: z.string().describe('the time zone of the days in the run'),
  queued_at: seconds,
  started_at: seconds.nullable(),
  completed_at: seconds.nullable(),
  failed_at: seconds.nullable(),
  withdrawn_at: seconds.nullable(),
  attempts: count.describe(
    'without attempts that ended for a reason outside the run, such as a full disk',
  ),
  row_counts: z.record(z.string(), count).nullable(),
  error: z.string().nullable(),
});

export const reportRunList = z.object({ report_runs: z.array(reportRun) });

export const runRequest = z.strictObject({
  as_of: optional(pastDay).describe(
    'the day, in the time zone of the store, at whose end the report is made; by default now',
  ),
});

export const queuedRun = z.object({ run_id: z.string(), state: z.literal('queued') });

/** A dead letter as the API shows it. */
const deadLetter = z.object({
  id: z.string(),
  source: z.string(),
  sender: z.string().describe('the name of a webhook or of an API key, `import` or `demo`'),
  sender_kind: z.enum(SENDER_KINDS),
  event_id: z.string().nullable(),
  type: z.string().nullable(),
  errors: fieldErrors,
  attempts: count,
  received_at: seconds,
  last_at: seconds,
  body: z
    .string()
    .nullable()
    .describe('as received; null when a deletion erased it, as `errors` explains'),
});

const LETTER_ID = /^\d{1,18}$/;

/** The id of a dead letter. */
export const deadLetterId = z
  .string({ error: 'must be the id of a dead letter' })
  .regex(LETTER_ID, 'must be the id of a dead letter')
  .transform(BigInt);

const CURSOR = /^\d{1,18}-\d{1,18}$/;
const BAD_CURSOR = 'must be the cursor of a reply';

export const replayRequest = z.strictObject({
  ids: z
    .array(deadLetterId, 'must be an array of ids')
    .max(10_000, 'must be at most 10000')
    .optional()
    .describe('by default all'),
  cursor: z
    .string({ error: BAD_CURSOR })
    .regex(CURSOR, BAD_CURSOR)
    .optional()
    .describe('the `cursor` of the previous reply, to continue; by default from the oldest'),
});

export const replayReply = ingestReply.extend({
  remaining: count.describe('the number of events that were not tried in time'),
  cursor: z
    .string()
    .nullable()
    .describe('send it with the same `ids` to try the remaining events; null when none remain'),
});

export const deadLetterList = z.object({
  dead_letters: z.array(deadLetter),
  next_before: z
    .string()
    .nullable()
    .describe('send it as `before` for the next page; null when none follows'),
  stored_bytes: z.int().describe('the approximate size of all rejected events'),
  max_bytes: z
    .int()
    .describe('the maximum size; beyond it, the events sent longest ago are dropped'),
});

/** Members of calls differ by library; members that no library sends are ignored. */
const call = z.looseObject({
  type: z.string().optional().describe('identify, group, track, page, screen or alias'),
  messageId: z.string().optional().describe('a call counts once, however often it is sent'),
  userId: z.string().nullish(),
  anonymousId: z.string().nullish(),
  groupId: z.string().nullish(),
  event: z.string().optional().describe('the name of a track call'),
  traits: z.looseObject({}).nullish(),
  properties: z.looseObject({}).nullish(),
  context: z.looseObject({}).nullish(),
  timestamp: z.string().nullish(),
  sentAt: z.string().nullish(),
});

export const trackingCall = call.describe('a call of a tracking library');

export const trackingBatch = z.looseObject({
  batch: z.array(trackingCall).max(10_000),
  context: z.looseObject({}).nullish().describe('members common to the contexts of all calls'),
  sentAt: z.string().nullish(),
});

export const webhookMessage = z
  .looseObject({})
  .describe('a message in the form of its source; stored whole when it cannot be read');

export const trackingReply = z.object({ success: z.literal(true) });

export const webhookReply = z.object({
  outcome: z.enum(OUTCOMES).describe('whatever the outcome, the message must not be sent again'),
});

const secret = z.string('must be a string').min(1, 'must be a string').optional();

export const signIn = z
  .strictObject({
    key: secret.describe('an API key of the scope read'),
    code: secret.describe('a code from a sign-in link, which can be used once'),
  })
  .superRefine(({ key, code }, context) => {
    const both = key !== undefined && code !== undefined;
    if (both) context.addIssue({ code: 'custom', path: ['code'], message: 'cannot go with a key' });
    if (key === undefined && code === undefined) {
      context.addIssue({ code: 'custom', path: ['key'], message: 'must be a string' });
    }
  })
  .meta({ minProperties: 1, maxProperties: 1 });

export const session = z.object({
  name: z.string().describe('the name of the key that the session was opened with'),
  scopes: z.array(z.string()).describe('the scopes of the session: read, admin'),
  time_zone: z.string().describe('the IANA name of the time zone of days'),
  week_start: z.enum(WEEK_STARTS),
  expires_at: seconds,
});

export const openApiDocument = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
});

export const health = z.object({ status: z.literal('ok') });

const sourceState = z.object({
  source: z
    .string()
    .describe('the name of the webhook, of the API key or of the origin of an import'),
  kind: z.enum(SENDER_KINDS),
  configured: z
    .boolean()
    .describe('whether its secret is set, or its key is live and has the scope ingest'),
  last_event_at: seconds
    .nullable()
    .describe('the last event that was not refused; null without one in 90 days'),
});

export const sourceStates = z.object({ sources: z.array(sourceState) });

const sourceDetails = sourceState.extend({
  last_day: z
    .array(
      z.object({
        type: z.string(),
        outcome: z.enum(OUTCOMES),
        reason: z
          .string()
          .optional()
          .describe('the reason for unused activity: `ignored by TRACKING_IGNORE` or `not active`'),
        count,
      }),
    )
    .describe('counts of the current hour and the 23 hours before'),
  dropped_traits: z
    .array(z.object({ reason: z.enum(TRAIT_DROPS), count }))
    .describe('dropped traits of the same hours'),
  dead_letters: z
    .array(z.object({ reason: z.string(), count }))
    .describe('by reason, the most frequent first; at most 20'),
});

export const sources = z.object({ sources: z.array(sourceDetails) });

nameSchemas({
  ...{ OrgMembership: orgMembership, UserReportRow: userReportRow, OrgReportRow: orgReportRow },
  ...{ UserReportPage: userReportPage, OrgReportPage: orgReportPage, Chart: chart },
  ...{ SignupQueryParameters: signupParameters, AvailableReports: availableReports },
  ...{ IngestReply: ingestReply },
  ...{ TrackingCall: trackingCall, TrackingBatch: trackingBatch, WebhookMessage: webhookMessage },
  ...{ TrackingReply: trackingReply, WebhookReply: webhookReply },
  ...{ ReportRun: reportRun, ReportRunList: reportRunList },
  ...{ QueuedRun: queuedRun, RunRequest: runRequest },
  ...{ DeadLetter: deadLetter, DeadLetterList: deadLetterList },
  ...{ ReplayRequest: replayRequest, ReplayReply: replayReply },
  ...{ SourceState: sourceState, SourceStates: sourceStates },
  ...{ SourceStatistics: sourceDetails, SourceStatisticsList: sources },
  ...{ SignIn: signIn, Session: session },
  ...{ Health: health, OpenApiDocument: openApiDocument },
});

export type OrgMembership = z.infer<typeof orgMembership>;
export type UserReportRow = z.infer<typeof userReportRow>;
export type OrgReportRow = z.infer<typeof orgReportRow>;
export type UserReportPage = z.infer<typeof userReportPage>;
export type OrgReportPage = z.infer<typeof orgReportPage>;
export type ReportPage = UserReportPage | OrgReportPage;
export type Chart = z.infer<typeof chart>;
export type IngestReply = z.infer<typeof ingestReply>;
export type Rejection = IngestReply['rejected'][number];
export type OpenApiDocument = z.infer<typeof openApiDocument>;
export type DeadLetterList = z.infer<typeof deadLetterList>;
export type ReplayReply = z.infer<typeof replayReply>;
export type DeadLetterView = z.infer<typeof deadLetter>;
export type ReportRunView = z.infer<typeof reportRun>;
export type SourceState = z.infer<typeof sourceState>;
export type SourceDetails = z.infer<typeof sourceDetails>;
