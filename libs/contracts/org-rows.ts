import { z } from 'zod';
import { orgHealth } from './health.js';
import { count, seconds } from './insight-parts.js';
import { orgReportRow } from './wire.js';

/** The row of an org in reports of the own API, which has more reports than the reference API. */
export const orgRow = orgReportRow.extend({
  extra_properties: orgReportRow.shape.extra_properties
    .extend({
      num_active_before: count.optional().describe('slipping: different active users in P(n)'),
      num_active: count.optional().describe('slipping: different active users in W(n)'),
      champion_user_id: z
        .string()
        .nullable()
        .optional()
        .describe('champion_lost; the user may be deleted. Null when the id is not known any more'),
      num_active_days: count.optional().describe("champion_lost: the champion's days in P(30)"),
      lost_at: seconds.optional().describe('owner_lost: when the last owner left, in unix seconds'),
      ...orgHealth.partial().shape,
    })
    .describe('the values of the report, by name; empty in reengagement and churn'),
});

export type OrgRow = z.infer<typeof orgRow>;
