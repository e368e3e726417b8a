import { z } from 'zod';
import { count, day, displayUser, seconds } from './insight-parts.js';
import { nameSchemas } from './named.js';

// The shapes of the engagement charts.

/** The windows of the rolling chart, in days. */
export const ROLLING_DAYS = ['1', '7', '30'] as const;
/** The last cell of a cohort: cell k counts the users or orgs of the cohort that were active k periods later. */
export const LAST_COHORT_CELL = 12;

export const rollingChart = z.object({
  metrics: z.array(
    z.object({ date: day, value: count.describe('active on any of the days up to this one') }),
  ),
});

export const stickinessChart = z.object({
  metrics: z.array(
    z.object({
      date: day,
      daily: count.describe('active on this day'),
      monthly: count.describe('active on any of the 30 days up to this one'),
      ratio: z.number().min(0).max(1).nullable().describe('daily ÷ monthly; null without activity'),
    }),
  ),
});

export const frequencyChart = z.object({
  days: z
    .array(count)
    .length(30)
    .describe('the numbers of those active on exactly 1, 2, … 30 of the 30 days up to today'),
});

export const lifecycleChart = z.object({
  metrics: z.array(
    z.object({
      date: day.describe("the period's first day"),
      active: count.describe('new + returning + resurrected'),
      new: count.describe('active for the first time'),
      returning: count.describe('also active in the period before'),
      resurrected: count.describe('active before, but not in the period before'),
      dormant: count.describe('active in the period before, not in this one'),
      cadence_completed: z.boolean().describe("whether the period's last day is over"),
    }),
  ),
});

export const retentionChart = z.object({
  cohorts: z.array(
    z.object({
      date: day.describe("the period's first day"),
      size: count.describe('created in the period'),
      cells: z.array(
        z.object({
          period: day.describe('its first day'),
          active: count.describe('of the cohort, active in this period'),
          complete: z.boolean().describe("whether the period's last day is over"),
        }),
      ),
    }),
  ),
});

/** The parts of a period of the lifecycle chart. */
export const LIFECYCLE_PARTS = ['active', 'new', 'returning', 'resurrected', 'dormant'] as const;
/** The two halves of a cohort in a period. */
export const COHORT_STATES = ['active', 'inactive'] as const;

const chartUser = displayUser.extend({ created_at: seconds });
const chartOrg = z.object({ org_id: z.string(), name: z.string(), created_at: seconds });

const subjectsPage = {
  current_page: count,
  page_size: z.int().min(1).max(100),
  total_count: count.describe('the number in the chart'),
  listed_count: count.describe(
    'the number of rows on all pages; those deleted since, and those known only by mention, have no row',
  ),
  has_more_results: z.boolean(),
};

export const chartSubjects = z.object({
  rows: z
    .array(z.union([chartUser, chartOrg]))
    .describe('users or organizations, by the subject of the chart; in the order of their ids'),
  ...subjectsPage,
});

nameSchemas({
  ...{ ChartSubjects: chartSubjects, ChartUser: chartUser, ChartOrg: chartOrg },
  ...{ RollingChart: rollingChart, StickinessChart: stickinessChart },
  ...{ FrequencyChart: frequencyChart, LifecycleChart: lifecycleChart },
  ...{ RetentionChart: retentionChart },
});

export type RollingChart = z.infer<typeof rollingChart>;
export type StickinessChart = z.infer<typeof stickinessChart>;
export type FrequencyChart = z.infer<typeof frequencyChart>;
export type LifecycleChart = z.infer<typeof lifecycleChart>;
export type RetentionChart = z.infer<typeof retentionChart>;
export type ChartSubjects = z.infer<typeof chartSubjects>;
export type ChartUser = z.infer<typeof chartUser>;
export type ChartOrg = z.infer<typeof chartOrg>;
export type LifecyclePart = (typeof LIFECYCLE_PARTS)[number];
export type CohortState = (typeof COHORT_STATES)[number];
export type RollingDays = (typeof ROLLING_DAYS)[number];
