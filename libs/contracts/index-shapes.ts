import { z } from 'zod';
import { count, day, displayUser, seconds } from './insight-parts.js';
import { nameSchemas } from './named.js';
import { orgMembership } from './wire.js';

// The shapes of the index of users and orgs.

const indexUserValues = z.object({
  active_days_30: count.describe('active days among the last 30'),
  last_active_at: seconds,
  created_at: seconds,
  num_orgs: count.describe('organizations that the user was a member of'),
  num_invites_30: count.describe('different people invited in the last 30 days'),
});

const indexOrgValues = z.object({
  num_users: count.describe('members'),
  active_users_7: count.describe('different users active in it in the last 7 days'),
  active_users_30: count.describe('different users active in it in the last 30 days'),
  active_users_before: count.describe('different users active in it in the 30 days before those'),
  active_days_30: count.describe('days among the last 30 on which it was active'),
  last_active_day: day.nullable().describe('null when it was not active in the last 90 days'),
  created_at: seconds,
  health_score: count.nullable().describe('null when no score was computed'),
});

const indexUser = displayUser.extend({
  org_data: z.array(orgMembership).describe('current memberships'),
  values: indexUserValues,
});
const indexOrg = z.object({ org_id: z.string(), name: z.string(), values: indexOrgValues });

const indexPage = {
  current_page: count,
  total_count: count.describe(
    'the length of the stored index; with `search`, the number of matches now',
  ),
  page_size: z.int().min(1).max(100),
  has_more_results: z.boolean(),
  report_time: seconds.describe('0 when no report was made yet'),
};

export const userIndex = z.object({ rows: z.array(indexUser), ...indexPage });
export const orgIndex = z.object({ rows: z.array(indexOrg), ...indexPage });

nameSchemas({
  ...{ UserIndex: userIndex, IndexUser: indexUser, OrgIndex: orgIndex, IndexOrg: indexOrg },
});

export type UserIndex = z.infer<typeof userIndex>;
export type OrgIndex = z.infer<typeof orgIndex>;
export type IndexUser = z.infer<typeof indexUser>;
export type IndexOrg = z.infer<typeof indexOrg>;
