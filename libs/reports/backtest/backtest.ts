import { DAY_MS, formatDay, type Backtest, type HealthPart } from '#libs/contracts';
import { scoreOf } from '../definitions/health.js';
import type { HealthWeights } from '../engine/run-facts.js';
import { areaUnderCurve, pairsOf } from './area-under-curve.js';

/** The order of the settings, the tables and the replies. */
export const PARTS = ['adoption', 'frequency', 'trend', 'recency'] as const satisfies HealthPart[];

/** The orgs of a backtest, one entry each: those with a health as of a day that were active in W(30). */
export interface Outcomes {
  /** Counted from 1970. */
  day: number;
  parts: Record<HealthPart, Uint8Array>;
  /** 1 when the org was active on none of the 30 days after the day. */
  churned: Uint8Array;
}

/** How well the health of a day predicted the 30 days after it. */
export function backtestOf(outcomes: Outcomes, weights: HealthWeights): Backtest {
  const { day, parts, churned } = outcomes;
  const auc = (values: Uint8Array) => areaUnderCurve(pairsOf(values, churned));
  return {
    as_of: formatDay(day * DAY_MS),
    orgs: churned.length,
    churned: countChurned(outcomes),
    auc: {
      score: auc(scores(outcomes, weights)),
      adoption: auc(parts.adoption),
      frequency: auc(parts.frequency),
      trend: auc(parts.trend),
      recency: auc(parts.recency),
    },
  };
}

export function countChurned({ churned }: Outcomes): number {
  return churned.reduce((sum, one) => sum + one, 0);
}

/** The scores of all orgs with some weights. */
export function scores({ parts, churned }: Outcomes, weights: HealthWeights): Uint8Array {
  const { adoption, frequency, trend, recency } = parts;
  const values = new Uint8Array(churned.length);
  for (let org = 0; org < values.length; org++) {
    values[org] = scoreOf(
      {
        adoption: adoption[org]!,
        frequency: frequency[org]!,
        trend: trend[org]!,
        recency: recency[org]!,
      },
      weights,
    );
  }
  return values;
}
