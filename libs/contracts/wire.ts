import { z } from 'zod';
import { WEEK_STARTS } from './calendar.js';
import { CADENCES, CHART_TYPES } from './catalogue.js';
import { optional, typed } from './fields.js';
import { parseDay } from './instant.js';
import { orgHealth } from './health.js';
import { nameSchemas } from './named.js';
import { CLEARABLE_FIELDS, shapeOf } from './profile-fields.js';

export * from './ingest-shapes.js';

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

export const orgMembership = z.object({
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
      num_active_before: count.optional().describe('different active users in P(n)'),
      num_active: count.optional().describe('different active users in W(n)'),
      champion_user_id: z
        .string()
        .nullable()
        .optional()
        .describe('the user may be deleted; null when the id is not known any more'),
      num_active_days: count.optional().describe("the champion's active days in P(30)"),
      lost_at: seconds.optional(),
      ...orgHealth.partial().shape,
    })
    .describe(
      'the first two in growth, the first three in attrition, num_active_before and num_active in slipping, ' +
        'champion_user_id and num_active_days in champion_lost, lost_at in owner_lost, score and its parts in health, ' +
        'otherwise empty',
    ),
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
  exclusions_version: count
    .nullable()
    .describe('the version of the exclusion rules it was made with; null until completed'),
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
  name: z
    .string()
    .describe('the name of the key that the session was opened with, or the name of the person'),
  person: z
    .object({
      email: z.string(),
      name: z.string().nullable().describe('null when the provider sends none'),
    })
    .nullable()
    .describe('the person who signed in by OpenID Connect; null in a session of a key'),
  scopes: z.array(z.string()).describe('the scopes of the session: read, admin'),
  time_zone: z.string().describe('the IANA name of the time zone of days'),
  week_start: z.enum(WEEK_STARTS),
  expires_at: seconds,
});

export const signInOptions = z.object({
  key: z.literal(true).describe('an API key can be used'),
  oidc: z
    .object({
      label: z.string().describe('the name of the provider, for a button'),
      path: z
        .string()
        .describe(
          'the address that begins the sign-in, relative to the dashboard. The parameter `return_to` is the path below the ' +
            'dashboard to open afterwards, such as /reports/org/churn?interval=30',
        ),
    })
    .nullable()
    .describe('null when OpenID Connect is not configured'),
});

export const openApiDocument = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
});

export const health = z.object({ status: z.literal('ok') });

nameSchemas({
  ...{ OrgMembership: orgMembership, UserReportRow: userReportRow, OrgReportRow: orgReportRow },
  ...{ UserReportPage: userReportPage, OrgReportPage: orgReportPage, Chart: chart },
  ...{ SignupQueryParameters: signupParameters, AvailableReports: availableReports },
  ...{ ReportRun: reportRun, ReportRunList: reportRunList },
  ...{ QueuedRun: queuedRun, RunRequest: runRequest },
  ...{ SignIn: signIn, Session: session, SignInOptions: signInOptions },
  ...{ Health: health, OpenApiDocument: openApiDocument },
});

export type OrgMembership = z.infer<typeof orgMembership>;
export type UserReportRow = z.infer<typeof userReportRow>;
export type OrgReportRow = z.infer<typeof orgReportRow>;
export type UserReportPage = z.infer<typeof userReportPage>;
export type OrgReportPage = z.infer<typeof orgReportPage>;
export type ReportPage = UserReportPage | OrgReportPage;
export type Chart = z.infer<typeof chart>;
export type OpenApiDocument = z.infer<typeof openApiDocument>;
export type ReportRunView = z.infer<typeof reportRun>;
