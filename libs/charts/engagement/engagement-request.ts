import { z } from 'zod';
import {
  COHORT_STATES,
  LAST_COHORT_CELL,
  LIFECYCLE_PARTS,
  ROLLING_DAYS,
  invalidField,
  parameters,
  segmentParameters,
  type Calendar,
  type Subject,
} from '#libs/contracts';
import { chartQuery, dayOf } from '../chart-request.js';
import { periodOf, type Period } from '../periods.js';

/** The names of the engagement charts in paths. */
export const ENGAGEMENT_CHARTS = [
  ...['rolling', 'stickiness', 'frequency', 'lifecycle', 'retention'],
] as const;

const SUBJECTS = ['user', 'org'] as const satisfies readonly Subject[];

const population = {
  subject: parameters
    .choice(SUBJECTS)
    .describe('the subject that the chart counts and that `where` filters'),
  ...segmentParameters,
};

const daily = chartQuery.omit({ cadence: true }).extend({
  start_date: parameters.day
    .optional()
    .describe('by default the 30 days up to the end; may also be a time'),
});

export const rollingQuery = daily.extend({
  days: z
    .enum(ROLLING_DAYS, `must be one of ${ROLLING_DAYS.join(', ')}`)
    .default('30')
    .describe('the number of days up to each day'),
  ...population,
});

export const stickinessQuery = daily.extend(population);

export const frequencyQuery = z.object(population);

/** The query for the charts of periods. */
export const periodsQuery = chartQuery.extend(population);

const subjectsQuery = z.object({ cadence: chartQuery.shape.cadence, ...population });

export const lifecycleSubjectsQuery = subjectsQuery.extend({
  period: parameters.day.describe('any day of the period; may also be a time'),
  part: parameters.choice(LIFECYCLE_PARTS).describe('the part of the period'),
});

export const retentionSubjectsQuery = subjectsQuery.extend({
  cohort: parameters.day.describe('any day of the period of the creations; may also be a time'),
  period: parameters.day
    .optional()
    .describe('any day of the period of the cell; without it, the whole cohort'),
  state: z
    .enum(COHORT_STATES, `must be one of ${COHORT_STATES.join(', ')}`)
    .optional()
    .describe('whether active in the period, by default active; needs period'),
});

/** The users or orgs of a part of a period. */
export type LifecycleSubjectsQuery = z.output<typeof lifecycleSubjectsQuery>;
/** The users or orgs of a cohort, or of a cell. */
export type RetentionSubjectsQuery = z.output<typeof retentionSubjectsQuery>;

/** A cohort and the period of a cell, both whole. Without a state, the cell is the cohort. */
export interface Cell {
  cohort: Period;
  period: Period;
  state: RetentionSubjectsQuery['state'];
}

/**
 * The cell that a query requests.
 * @param today first millisecond of the same date in UTC
 * @throws ApiError `invalid` when the chart has no such cell
 */
export function requestedCell(
  { cadence, cohort, period, state }: RetentionSubjectsQuery,
  today: number,
  calendar: Calendar,
): Cell {
  const first = periodOf(cadence, dayOf(cohort, calendar), calendar);
  if (!period) {
    if (state) throw invalidField('state', 'needs the parameter period');
    return { cohort: first, period: first, state };
  }
  const wanted = periodOf(cadence, dayOf(period, calendar), calendar);
  if (wanted.from < first.from) throw invalidField('period', 'must not be before the cohort');
  if (wanted.from > today) throw invalidField('period', 'must not begin after today');
  let next = first;
  for (let cell = 0; cell <= LAST_COHORT_CELL; cell++) {
    if (next.from === wanted.from)
      return { cohort: first, period: wanted, state: state ?? 'active' };
    next = periodOf(cadence, next.before, calendar);
  }
  throw invalidField('period', `must be at most ${LAST_COHORT_CELL} periods after the cohort`);
}
