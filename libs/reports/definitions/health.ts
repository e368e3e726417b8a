import type { HealthPart, OrgHealth } from '#libs/contracts';

/** The weights of the parts in the score: whole numbers of 0 and more, not all 0. */
export type HealthWeights = Readonly<Record<HealthPart, number>>;

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
  const weighted =
    weights.adoption * adoption +
    weights.frequency * frequency +
    weights.trend * trend +
    weights.recency * recency;
  const total = weights.adoption + weights.frequency + weights.trend + weights.recency;
  return { score: Math.floor(weighted / total), adoption, frequency, trend, recency };
}

/** A part of a whole in percent, rounded down, at most 100; 0 of nothing. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(100, Math.floor((100 * part) / whole));
}
