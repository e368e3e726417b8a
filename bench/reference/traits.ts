import type { TraitValue, Traits } from '#libs/contracts';
import { chance } from './random.js';

const [PLAN, REGION, BETA, SEATS, INDUSTRY, TIER] = [401, 402, 403, 404, 405, 406];

/** Values and the share of each. */
type Shares = readonly (readonly [value: string, share: number])[];
const PLANS: Shares = [
  ['free', 0.7],
  ['pro', 0.18],
  ['team', 0.09],
  ['enterprise', 0.03],
];
const REGIONS: Shares = [
  ['us-east', 0.3],
  ['eu-west', 0.25],
  ['us-west', 0.2],
  ['ap-south', 0.15],
  ['sa-east', 0.1],
];
const INDUSTRIES: Shares = [
  ['software', 0.4],
  ['finance', 0.2],
  ['retail', 0.2],
  ['health', 0.12],
  ['public sector', 0.08],
];
const BETA_SHARE = 0.1;
const MOST_SEATS = 5_000;
const TIERS = 3;

/** The keys of the traits, as the settings `USER_TRAITS` and `ORG_TRAITS` take them. */
export const TRAIT_SETTINGS = {
  USER_TRAITS: 'plan,region,beta,seats',
  ORG_TRAITS: 'industry,tier',
} as const;

/** Three traits with few values, and one with thousands: half of the users have at most 70 seats. */
export function userTraits(index: number): Traits {
  return new Map<string, TraitValue>([
    ['plan', drawn(PLANS, chance(PLAN, index))],
    ['region', drawn(REGIONS, chance(REGION, index))],
    ['beta', chance(BETA, index) < BETA_SHARE],
    ['seats', Math.floor(MOST_SEATS ** chance(SEATS, index))],
  ]);
}

export function orgTraits(index: number): Traits {
  return new Map<string, TraitValue>([
    ['industry', drawn(INDUSTRIES, chance(INDUSTRY, index))],
    ['tier', 1 + Math.floor(TIERS * chance(TIER, index))],
  ]);
}

function drawn(values: Shares, chance: number): string {
  let sum = 0;
  return (values.find(([, share]) => (sum += share) > chance) ?? values[0]!)[0];
}
