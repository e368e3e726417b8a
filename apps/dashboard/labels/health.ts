import type { HealthPart, OrgHealth } from '#libs/contracts';
import { formatCount, formatShare, formatTenths } from './format.js';

/** An org has no health before this age. */
export const HEALTH_AGE_DAYS = 14;

interface PartWords {
  name: HealthPart;
  title: string;
  /** What a value says about the organization. */
  meaning: (value: number) => string;
}

export const HEALTH_PARTS: readonly PartWords[] = [
  {
    name: 'adoption',
    title: 'Adoption',
    meaning: (value) => `${formatShare(value / 100)} of the members were active in 30 days`,
  },
  {
    name: 'frequency',
    title: 'Frequency',
    meaning: (value) => {
      if (value === 0) return 'no member was active in 30 days';
      if (value === 100) return 'active members came on 12 of 30 days or more';
      return `active members came on about ${formatTenths((value * 12) / 100)} of 30 days`;
    },
  },
  {
    name: 'trend',
    title: 'Trend',
    meaning: (value) => {
      if (value === 50) return 'as many active members as in the 30 days before';
      return `${value < 50 ? 'fewer' : 'more'} active members than in the 30 days before`;
    },
  },
  {
    name: 'recency',
    title: 'Recency',
    meaning: (value) => {
      if (value === 100) return 'active today';
      if (value === 0) return 'not active in the last 30 days';
      return `last active ${formatCount(Math.ceil(((100 - value) * 30) / 100), 'day')} ago`;
    },
  },
];

/** The lowest part: the first thing to talk about. */
export function lowestPart(health: OrgHealth): HealthPart {
  const names = HEALTH_PARTS.map(({ name }) => name);
  return names.reduce((lowest, name) => (health[name] < health[lowest] ? name : lowest));
}
