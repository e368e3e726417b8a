import { COMPANY_SECOND, PLANS } from './names.js';
import type { Org } from './orgs.js';
import type { Script } from './script.js';

/** The settings under which the demo's traits are kept. */
export const DEMO_TRAITS = {
  USER_TRAITS: ['department', 'newsletter'],
  ORG_TRAITS: ['plan', 'seats', 'industry', 'trial'],
};

const INDUSTRIES = COMPANY_SECOND.map(({ text }) => text);
const OFFICE_HOUR_SECOND = 10 * 3600;
const SEATS_AT_ONCE = 5;
const CHANGED_SHARE = 0.35;
const FREE_SEATS = 5;

/** Traits of an org at its creation: most begin with a trial. */
export function orgTraits({ traitRandom: random }: Script, org: Org): Record<string, unknown> {
  const industry = INDUSTRIES.find((one) => org.name.includes(one)) ?? random.pick(INDUSTRIES);
  return { plan: planFor(org.size / 2), seats: seatsFor(org.size / 2), industry, trial: true };
}

/** Ends the trial of an org, and lets some change their plan later. */
export function addTraitChanges(script: Script, org: Org): void {
  const { traitRandom: random, calendar } = script;
  const change = (day: number, traits: Record<string, unknown>) => {
    const at = calendar.at(day, OFFICE_HOUR_SECOND);
    script.add(at, 'org.updated', { org_id: org.orgId, traits });
  };
  const last = org.story.kind === 'closed' ? org.story.lastDay : -1;
  const endOfTrial = org.createdDay + random.between(14, 30);
  if (endOfTrial > last) return;
  // A null clears the trait.
  change(endOfTrial, { trial: null, plan: planFor(org.size), seats: seatsFor(org.size) });
  if (!random.chance(CHANGED_SHARE)) return;
  const day = calendar.drawDay(random, endOfTrial + 1, last);
  change(day, { plan: random.pick(PLANS), seats: seatsFor(org.size * 1.2) });
}

function planFor(people: number): string {
  if (people < FREE_SEATS) return PLANS[0]!;
  return people < 4 * FREE_SEATS ? PLANS[1]! : PLANS[2]!;
}

function seatsFor(people: number): number {
  return Math.max(1, Math.ceil(people / SEATS_AT_ONCE)) * SEATS_AT_ONCE;
}
