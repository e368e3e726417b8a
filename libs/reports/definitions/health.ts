import type { HealthPart, OrgHealth } from '#libs/contracts';
import {
  HEALTH_NUMBERS,
  type HealthColumns,
  type HealthWeights,
  type OrgFacts,
  type RunFacts,
  type SubjectFacts,
} from '../engine/run-facts.js';
import { createdBefore, numbers, orgReport, windowOf, type Window } from './definition.js';

/** The numbers of an org as of a day from which its health follows. */
export interface HealthFacts {
  /** The distinct users who made the org active in W(30). */
  active: number;
  /** The distinct users who made the org active in P(30). */
  before: number;
  /** Open spans. */
  members: number;
  /** The (user, day) pairs of W(30) that made the org active. */
  userDays: number;
  /** Days since the org's last active day; undefined without one. 30 and more give the same health. */
  daysSinceLast: number | undefined;
}

/** A user who is active on this many of 30 days counts fully. */
const FREQUENT_DAYS = 12;
const RECENT_DAYS = 30;

/** The health of an org, by the formulas of docs/semantics.md: whole numbers from 0 to 100. */
export function healthOf(facts: HealthFacts, weights: HealthWeights): OrgHealth {
  const { active, before, members, userDays, daysSinceLast = RECENT_DAYS } = facts;
  const most = Math.max(active, before);
  const adoption = Math.floor((100 * Math.min(active, members)) / Math.max(members, 1));
  const frequency = share(userDays, FREQUENT_DAYS * active);
  // One fraction instead of a sum, so that only the result is rounded.
  const trend = most === 0 ? 0 : Math.floor((50 * (most + active - before)) / most);
  const recency = Math.max(0, 100 - Math.floor((100 * daysSinceLast) / RECENT_DAYS));
  const parts = { adoption, frequency, trend, recency };
  return { score: scoreOf(parts, weights), ...parts };
}

/** The weighted mean of the parts, rounded down. */
export function scoreOf(
  parts: Readonly<Record<HealthPart, number>>,
  weights: HealthWeights,
): number {
  const weighted =
    weights.adoption * parts.adoption +
    weights.frequency * parts.frequency +
    weights.trend * parts.trend +
    weights.recency * parts.recency;
  const total = weights.adoption + weights.frequency + weights.trend + weights.recency;
  return Math.floor(weighted / total);
}

/** A part of a whole in percent, rounded down, at most 100; 0 of nothing. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(100, Math.floor((100 * part) / whole));
}

/** A younger org has no health. */
const MIN_AGE_DAYS = 14;

/** The facts of an org from which its health follows. */
type OrgsOfHealth = Pick<OrgFacts, 'activeUsers' | 'members' | 'userDays' | keyof SubjectFacts>;

/** The health of all orgs as of the moment of a run, in shared memory. */
export function healthColumns(
  facts: Pick<RunFacts, 'moment' | 'calendar' | 'healthWeights'> & { orgs: OrgsOfHealth },
): HealthColumns {
  const { orgs, healthWeights } = facts;
  const count = orgs.keys.length;
  const bytes = () => new Uint8Array(new SharedArrayBuffer(count));
  const made = Object.fromEntries(HEALTH_NUMBERS.map((name) => [name, bytes()]));
  const columns = made as HealthColumns['columns'];
  const { score, adoption, frequency, trend, recency } = columns;
  // One column after the other: by name, in a loop, this took twice as long.
  for (let position = 0; position < count; position++) {
    const health = healthOf(factsAt(orgs, position), healthWeights);
    score[position] = health.score;
    adoption[position] = health.adoption;
    frequency[position] = health.frequency;
    trend[position] = health.trend;
    recency[position] = health.recency;
  }
  const { firstDay }: Window = windowOf(facts, MIN_AGE_DAYS);
  return { listed: createdBefore(orgs, firstDay, facts), columns };
}

function factsAt(orgs: OrgsOfHealth, position: number): HealthFacts {
  return {
    active: orgs.activeUsers.last30[position]!,
    before: orgs.activeUsers.before30[position]!,
    members: orgs.members[position]!,
    userDays: orgs.userDays[position]!,
    daysSinceLast: orgs.activity.latestAge(position),
  };
}

/** Orgs created before W(14) began, the least healthy first. */
export const health = orgReport(
  'fixed windows',
  numbers(...HEALTH_NUMBERS),
  ({ health: { listed, columns } }) => {
    return {
      listed,
      by: [[columns.score, 'ascending']],
      extras: HEALTH_NUMBERS.map((name) => columns[name]),
    };
  },
  1,
);
