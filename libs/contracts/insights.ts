import { z } from 'zod';
import { WEEK_STARTS } from './calendar.js';
import { healthOnDay, orgHealth } from './health.js';
import { count, day, displayUser, email, seconds } from './insight-parts.js';
import { nameSchemas } from './named.js';
import { orgReportRow, userReportRow } from './wire.js';

export { orgIndex, userIndex } from './index-shapes.js';
export type * from './index-shapes.js';

// The shapes of /api/insights/v1, for users, orgs and reports.
const rank = z.int().min(1).describe('from 1');

const timeZone = z.string().describe('the IANA name of the time zone of days');
const traits = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe('by key; only keys on the list USER_TRAITS or ORG_TRAITS are kept');

const activitySum = z.object({
  from: day,
  to: day.describe('YYYY-MM-DD, inclusive'),
  signups: count,
  active_users: count,
  active_orgs: count,
});

export const runReference = z.object({ run_id: z.string(), report_time: seconds });

export const summary = z.object({
  time_zone: timeZone,
  week_start: z.enum(WEEK_STARTS),
  today: day,
  totals: z.object({ users: count, orgs: count }),
  search: z
    .enum(['indexed', 'scan'])
    .describe('scan: without the extension pg_trgm, searches of a large index are slow'),
  this_month: activitySum,
  last_month: activitySum.describe('the same days of the month before'),
  latest_run: runReference.extend({ completed_at: seconds }).nullable(),
});

export const definitions = z.object({
  terms: z.record(z.string(), z.string()).describe('the meaning of each number and each report'),
});

const runListItem = runReference.extend({
  as_of: z.boolean().describe('whether it was requested as of the end of a past day'),
  state: z.enum(['queued', 'running', 'completed', 'failed']),
  queued_at: seconds,
  started_at: seconds.nullable(),
  completed_at: seconds.nullable(),
  failed_at: seconds.nullable(),
  error: z.string().nullable(),
  rows: count.nullable().describe('of all rankings in total; null until completed'),
  exclusions_version: count
    .nullable()
    .describe('the version of the exclusion rules it was made with; null until completed'),
  row_counts: z.record(z.string(), count).nullable(),
  kept: z.boolean().describe('whether its rankings can still be read'),
});

export const runList = z.object({
  time_zone: timeZone,
  runs: z.array(runListItem),
  next_before: z.string().nullable().describe('`before` of older runs; null at the end'),
  snapshots: z
    .object({
      latest_bytes: count.describe('disk space of the latest kept run'),
      most_kept: count.describe('the most runs that the settings keep'),
      most_bytes: count.describe('estimated disk space of that many runs'),
    })
    .nullable()
    .describe('the disk space of kept runs; null when no run is kept'),
});

const CHANGES = ['entered', 'moved', 'stayed', 'left'] as const;
export const CHANGE_FILTERS = ['all', 'entered', 'moved', 'left'] as const;

const change = {
  rank: rank.nullable().describe('from 1; null for a row that left'),
  previous_rank: rank
    .nullable()
    .describe('the rank in the previous run; null when it was not listed'),
  change: z.enum(CHANGES).nullable().describe('null when there is no previous run'),
};

export const changedUser = userReportRow.extend({ ...change, email });
export const changedOrg = orgReportRow.extend(change);

const changesOf = {
  report: z.string(),
  interval: z.string(),
  run_id: z.string().nullable().describe('null when no report was made yet'),
  report_time: seconds.describe('0 when no report was made yet'),
  previous: runReference.nullable().describe('the run it is compared with'),
  counts: z
    .object({ entered: count, moved: count, left: count })
    .nullable()
    .describe('row counts in the stored lists; null without a previous run'),
  total_count: count.describe('length of the stored list under this filter'),
  page_number: count,
  page_size: z.int().min(1).max(100),
};

const userReportChanges = z.object({
  ...{ subject: z.literal('user'), ...changesOf, rows: z.array(changedUser) },
});
const orgReportChanges = z.object({
  ...{ subject: z.literal('org'), ...changesOf, rows: z.array(changedOrg) },
});

export const reportChanges = z.discriminatedUnion('subject', [userReportChanges, orgReportChanges]);

const reportPosition = z.object({
  report: z.string(),
  interval: z.string(),
  rank,
  total_count: count,
});

const reportPositions = {
  run: runReference.nullable().describe('the latest run, to which `reports` refers'),
  reports: z.array(reportPosition).describe('the reports in which it is listed'),
};

const isExcluded = z
  .literal(true)
  .describe('the exclusion rules exclude it: it has a profile and no numbers');
const isCounted = z.literal(false).describe('true when the exclusion rules exclude it');
const signupParameters = z.record(z.string(), z.string());

const excludedUser = z.object({
  excluded: isExcluded,
  user: displayUser.extend({ created_at: seconds }),
  signup_query_parameters: signupParameters,
  traits,
});

const countedUser = z.object({
  excluded: isCounted,
  user: displayUser.extend({ created_at: seconds, last_active_at: seconds }),
  orgs: z.array(
    z.object({
      org_id: z.string(),
      name: z.string(),
      role: z.string(),
      since: seconds.nullable().describe('null when unknown'),
    }),
  ),
  signup_query_parameters: signupParameters,
  traits,
  activity: z
    .object({
      from: day,
      to: day,
      days: z.array(day),
      named: z
        .array(
          z.object({
            org_id: z.string(),
            name: z
              .string()
              .nullable()
              .describe('null when the organization does not exist or is excluded'),
            days: z.array(day),
          }),
        )
        .describe('the days on which activity named an organization, by organization'),
    })
    .describe('the last 365 days'),
  invites: z.object({
    total: count.describe('distinct invitees, ever'),
    recent: z.array(z.object({ org_id: z.string().nullable(), at: seconds })),
  }),
  ...reportPositions,
});

export const userPage = z.discriminatedUnion('excluded', [countedUser, excludedUser]);

const joinedOrLeft = displayUser.extend({ at: seconds });

const org = z.object({ org_id: z.string(), name: z.string(), created_at: seconds });
const excludedOrg = z.object({ excluded: isExcluded, org, traits });

const countedOrgProfile = z.object({
  excluded: isCounted,
  org,
  num_users: count.describe('current members, including users known only by their id'),
  health: orgHealth
    .nullable()
    .describe('in the latest run; null without a run, or when it was younger than 14 days then'),
  traits,
  ...reportPositions,
});

const contact = displayUser.extend({ role: z.string(), last_active_at: seconds });

const listChange = z.object({
  date: day.describe('the first day, at its end, with the change'),
  report: z.string(),
  interval: z.string(),
  change: z.enum(['entered', 'left']),
});

export const orgActivity = z.object({
  health_over_time: z
    .array(healthOnDay)
    .describe('as of the last day of each of the last 12 weeks that are over, and of today'),
  list_changes: z
    .array(listChange)
    .describe(
      'when it entered and left slipping, churn, champion_lost and owner_lost on the last 84 days, newest first, at most 50',
    ),
  contacts: z.array(contact).describe('up to 3 owners or administrators, owners first'),
  members_over_time: z.array(
    z.object({ date: day.describe('the first day of the week'), num_users: count }),
  ),
  active_by_week: z.array(
    z.object({ date: day.describe('the first day of the week'), active_users: count }),
  ),
  joined: z.array(joinedOrLeft).describe('newest first'),
  left: z.array(joinedOrLeft).describe('newest first'),
  most_active: z.array(displayUser.extend({ role: z.string(), num_active_days: count })),
});

const countedOrg = countedOrgProfile.extend(orgActivity.shape);
export const orgProfile = z.discriminatedUnion('excluded', [countedOrgProfile, excludedOrg]);
export const orgPage = z.discriminatedUnion('excluded', [countedOrg, excludedOrg]);

export const orgMembers = z.object({
  total_count: count,
  page_number: count,
  page_size: z.int().min(1).max(100),
  rows: z.array(
    displayUser.extend({ role: z.string(), since: seconds.nullable(), last_active_at: seconds }),
  ),
});

export const orgContacts = z.object({
  run_id: z.string().nullable().describe('null when no report was made yet'),
  report_time: seconds.describe('0 when no report was made yet'),
  rows: z.array(
    z.object({
      org_id: z.string(),
      last_active_day: day
        .nullable()
        .describe('up to the day of the report; null when it was never active'),
      contacts: z.array(contact).describe('up to 3 owners or administrators, owners first'),
      // Without the name of `displayUser`: OpenAPI 3.0 needs a type beside `nullable`.
      champion: z
        .object(displayUser.shape)
        .nullable()
        .describe('in champion_lost, the champion; null when it is deleted, and in other reports'),
    }),
  ),
});

nameSchemas({
  ...{ Summary: summary, ActivitySum: activitySum },
  ...{ Definitions: definitions, Run: runListItem, RunList: runList },
  ...{ ReportChanges: reportChanges, ChangedUserRow: changedUser, ChangedOrgRow: changedOrg },
  ...{ UserReportChanges: userReportChanges, OrgReportChanges: orgReportChanges },
  ...{ DisplayUser: displayUser, ReportPosition: reportPosition, UserPage: userPage },
  ...{ CountedUser: countedUser, ExcludedUser: excludedUser, ExcludedOrg: excludedOrg },
  ...{ CountedOrgProfile: countedOrgProfile, CountedOrg: countedOrg },
  ...{ OrgProfile: orgProfile, OrgActivity: orgActivity, OrgPage: orgPage },
  ...{ OrgContacts: orgContacts, OrgContact: contact, OrgMembers: orgMembers },
  ...{ ListChange: listChange },
});

export type Change = (typeof CHANGES)[number];
export type ChangeFilter = (typeof CHANGE_FILTERS)[number];
export type RunReference = z.infer<typeof runReference>;
export type Summary = z.infer<typeof summary>;
export type Definitions = z.infer<typeof definitions>;
export type RunListItem = z.infer<typeof runListItem>;
export type RunList = z.infer<typeof runList>;
export type ChangedUserRow = z.infer<typeof changedUser>;
export type ChangedOrgRow = z.infer<typeof changedOrg>;
export type ReportChanges = z.infer<typeof reportChanges>;
export type ReportPosition = z.infer<typeof reportPosition>;
/** A user in replies and on pages. */
export type DisplayUser = z.infer<typeof displayUser>;
export type UserPage = z.infer<typeof userPage>;
/** The page of a user who is not excluded. */
export type CountedUser = z.infer<typeof countedUser>;
/** The page of an org that is not excluded. */
export type CountedOrg = z.infer<typeof countedOrg>;
export type OrgProfile = z.infer<typeof orgProfile>;
/** The profile of an org that is not excluded. */
export type CountedOrgProfile = z.infer<typeof countedOrgProfile>;
export type ExcludedOrg = z.infer<typeof excludedOrg>;
/** When an org entered or left the list of a report. */
export type ListChange = z.infer<typeof listChange>;
export type OrgActivity = z.infer<typeof orgActivity>;
export type OrgPage = z.infer<typeof orgPage>;
export type OrgContacts = z.infer<typeof orgContacts>;
export type OrgMembers = z.infer<typeof orgMembers>;
