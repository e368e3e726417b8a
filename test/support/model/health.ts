import type { TimedEvent } from './events.js';
import {
  activeUsersIn,
  activityIn,
  asOf,
  createdBefore,
  listable,
  numUsers,
  orgActiveDaysIn,
  previousOf,
  windowOf,
  type AsOf,
} from './as-of.js';
import { isIn } from './facts.js';
import { orgActiveDays } from './membership.js';
import type { ModelSettings } from './settings.js';
import { dayFromText, endOfDay } from './time.js';

export interface Health {
  score: number;
  adoption: number;
  frequency: number;
  trend: number;
  recency: number;
}

type Weights = ModelSettings['healthWeights'];

/** "every org created before W(14) began", with its health; undefined: not listed. */
export function healthOf(t: AsOf, orgId: string, weights: Weights): Health | undefined {
  if (!createdBefore(t, 'org', orgId, windowOf(t, 14))) return undefined;
  const [w, p] = [windowOf(t, 30), previousOf(t, 30)];
  const a = activeUsersIn(t, orgId, w);
  const before = activeUsersIn(t, orgId, p);
  // "days = number of (user, day) pairs in W(30) that made o active"
  const days = activityIn(t, orgId, w).length;
  // "last = o's last active day not after D"
  const last = orgActiveDaysIn(t, orgId, { first: -Infinity, last: t.today }).at(-1);
  const m = numUsers(t, orgId);
  const most = Math.max(a, before);
  // "adoption = ⌊100·min(a, m) / max(m, 1)⌋"
  const adoption = Math.floor((100 * Math.min(a, m)) / Math.max(m, 1));
  // "frequency = a = 0 ? 0 : min(100, ⌊100·days / (12·a)⌋)"
  const frequency = a === 0 ? 0 : Math.min(100, Math.floor((100 * days) / (12 * a)));
  // "trend = max(a, p) = 0 ? 0 : ⌊50 + 50·(a − p) / max(a, p)⌋", over one denominator
  const trend = most === 0 ? 0 : Math.floor((50 * most + 50 * (a - before)) / most);
  // "recency = no last ? 0 : max(0, 100 − ⌊100·(D − last) / 30⌋)"
  const recency =
    last === undefined ? 0 : Math.max(0, 100 - Math.floor((100 * (t.today - last)) / 30));
  const parts = [adoption, frequency, trend, recency];
  const weighted = parts.reduce((sum, part, i) => sum + weights[i]! * part, 0);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return { score: Math.floor(weighted / all), adoption, frequency, trend, recency };
}

export interface Backtest {
  as_of: string;
  orgs: number;
  churned: number;
  auc: Record<keyof Health, number | null>;
}

/**
 * "over the orgs that are in health as of D and have a_W(30) ≥ 1, an org *churned* when it was active on no day of
 * D+1 … D+30"; D is `YYYY-MM-DD`, and its 30 days after are over.
 */
export function backtestOf(
  known: readonly TimedEvent[],
  asOfDay: string,
  weights: Weights,
): Backtest {
  const day = dayFromText(asOfDay);
  const t = asOf(known, endOfDay(day));
  const after = { first: day + 1, last: day + 30 };
  const churned: Health[] = [];
  const kept: Health[] = [];
  for (const orgId of listable(t, 'org')) {
    const health = healthOf(t, orgId, weights);
    if (!health || activeUsersIn(t, orgId, windowOf(t, 30)) < 1) continue;
    // "In D+1 … D+30, spans and activity are those known now."
    const isKept = [...orgActiveDays(known, known, orgId)].some((one) => isIn(after, one));
    (isKept ? kept : churned).push(health);
  }
  const auc = (part: keyof Health) =>
    areaUnderCurve(
      churned.map((one) => one[part]),
      kept.map((one) => one[part]),
    );
  return {
    as_of: asOfDay,
    orgs: churned.length + kept.length,
    churned: churned.length,
    auc: {
      score: auc('score'),
      adoption: auc('adoption'),
      frequency: auc('frequency'),
      trend: auc('trend'),
      recency: auc('recency'),
    },
  };
}

/** "P(score of a churned org < score of a kept one) + ½·P(equal), over all pairs; null when either group is empty". */
export function areaUnderCurve(churned: readonly number[], kept: readonly number[]): number | null {
  if (churned.length === 0 || kept.length === 0) return null;
  let wins = 0;
  for (const gone of churned) {
    for (const stayed of kept) wins += gone < stayed ? 1 : gone === stayed ? 0.5 : 0;
  }
  return wins / (churned.length * kept.length);
}
