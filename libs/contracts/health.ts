import { z } from 'zod';
import { count, day } from './insight-parts.js';
import { nameSchemas } from './named.js';

// The shapes of the health of an org and of its backtest.

const part = z.int().min(0).max(100);

/** The health of an org: a score and its four parts, whole numbers from 0 to 100. */
export const orgHealth = z.object({
  score: part.describe('the weighted mean of the parts; the weights are HEALTH_WEIGHTS'),
  adoption: part.describe(
    'users active in the last 30 days, former members included, as a share of the members, in percent; at most 100',
  ),
  frequency: part.describe('how often active users are active; 100 is 12 days of 30'),
  trend: part.describe(
    'active users compared with the 30 days before; 50 is no change, 100 without active users before',
  ),
  recency: part.describe('how long ago it was active; 100 is today'),
});

/** The health of an org with its numbers of users, as of the end of a day. */
export const healthOnDay = z.object({
  date: day,
  num_users: count.describe('members at the end of the day'),
  active_users: count.describe('different users active in it in the 30 days up to the day'),
  health: orgHealth.nullable().describe('null when it was younger than 14 days'),
});

const area = z
  .number()
  .min(0)
  .max(1)
  .nullable()
  .describe('the probability that a churned organization has the lower value; null without both');

/** How well the health of a past day foretold the 30 days after it. */
export const backtest = z.object({
  as_of: day,
  orgs: count.describe('organizations that were active in the 30 days up to the day'),
  churned: count.describe('of these, not active in the 30 days after it'),
  auc: z.object({ score: area, adoption: area, frequency: area, trend: area, recency: area }),
});

// The health itself has no name: where it may be null, OpenAPI 3.0 needs its type beside `nullable`.
nameSchemas({ HealthOnDay: healthOnDay, Backtest: backtest });

export type OrgHealth = z.infer<typeof orgHealth>;
export type HealthPart = Exclude<keyof OrgHealth, 'score'>;
export type HealthOnDay = z.infer<typeof healthOnDay>;
export type Backtest = z.infer<typeof backtest>;
