import { DAY_MS, formatDay } from '#libs/contracts';
import type { HealthWeights } from '../engine/run-facts.js';
import { areaUnderCurve, pairsOf } from './area-under-curve.js';
import { PARTS, countChurned, scores, type Outcomes } from './backtest.js';

/** The weights of the grid are multiples of this number and add up to 100. */
const STEP = 10;
const TOTAL = 100;
/** With fewer churned orgs, on the days of either kind, the best weights are those of chance. */
export const MIN_CHURNED = 20;

/** Days of one kind, with their orgs. */
interface Sample {
  /** YYYY-MM-DD, ascending. */
  days: string[];
  orgs: number;
  churned: number;
}

/** The AUC of the score with some weights, on the days on which the weights were chosen and on the later ones. */
interface Candidate {
  weights: HealthWeights;
  auc: { inSample: number | null; outOfSample: number | null };
}

/** A proposal of weights. */
export interface Fit {
  inSample: Sample;
  outOfSample: Sample;
  current: Candidate;
  /** The weights with the greatest AUC in sample; undefined when too few orgs churned. */
  best: Candidate | undefined;
}

/**
 * Chooses weights on the earlier two thirds of the days and tests them on the later third. An AUC over several days
 * compares orgs of the same day only.
 */
export function fitWeights(outcomes: readonly Outcomes[], current: HealthWeights): Fit {
  const days = [...outcomes].sort((one, other) => one.day - other.day);
  const known = days.slice(0, Math.ceil((days.length * 2) / 3));
  const later = days.slice(known.length);
  const candidate = (weights: HealthWeights): Candidate => ({
    weights,
    auc: { inSample: aucOf(known, weights), outOfSample: aucOf(later, weights) },
  });
  const [inSample, outOfSample] = [sampleOf(known), sampleOf(later)];
  const isEnough = inSample.churned >= MIN_CHURNED && outOfSample.churned >= MIN_CHURNED;
  const best = isEnough ? bestWeights(known, current) : undefined;
  return { inSample, outOfSample, current: candidate(current), best: best && candidate(best) };
}

/** The weights of the grid with the greatest AUC; of equal ones, those closest to the current weights. */
function bestWeights(days: readonly Outcomes[], current: HealthWeights): HealthWeights | undefined {
  let [best, most, nearest]: [HealthWeights | undefined, number, number] = [undefined, -1, 0];
  for (const weights of grid()) {
    const auc = aucOf(days, weights);
    if (auc === null || auc < most) continue;
    const distance = distanceOf(weights, current);
    if (auc === most && distance >= nearest) continue;
    [best, most, nearest] = [weights, auc, distance];
  }
  return best;
}

/** All weights of the grid, 286. */
export function grid(): HealthWeights[] {
  const found: HealthWeights[] = [];
  for (let adoption = 0; adoption <= TOTAL; adoption += STEP)
    for (let frequency = 0; adoption + frequency <= TOTAL; frequency += STEP)
      for (let trend = 0; adoption + frequency + trend <= TOTAL; trend += STEP)
        found.push({ adoption, frequency, trend, recency: TOTAL - adoption - frequency - trend });
  return found;
}

function aucOf(days: readonly Outcomes[], weights: HealthWeights): number | null {
  return areaUnderCurve(...days.map((day) => pairsOf(scores(day, weights), day.churned)));
}

/** The sum of the differences between the shares of the weights of the grid and of others, as a multiple in whole numbers. */
function distanceOf(weights: HealthWeights, others: HealthWeights): number {
  const total = PARTS.reduce((sum, part) => sum + others[part], 0);
  return PARTS.reduce(
    (sum, part) => sum + Math.abs(weights[part] * total - others[part] * TOTAL),
    0,
  );
}

function sampleOf(days: readonly Outcomes[]): Sample {
  return {
    days: days.map(({ day }) => formatDay(day * DAY_MS)),
    orgs: days.reduce((sum, { churned }) => sum + churned.length, 0),
    churned: days.reduce((sum, day) => sum + countChurned(day), 0),
  };
}
