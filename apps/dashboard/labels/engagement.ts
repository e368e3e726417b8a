import type { Cadence, LifecyclePart, Subject } from '#libs/contracts';
import { formatDay, formatMonth } from './format.js';
import { KINDS } from './names.js';

/** The parts of the lifecycle chart, from the axis upwards; the last one hangs below it. */
export const STACK = ['returning', 'new', 'resurrected', 'dormant'] as const;
export type StackPart = (typeof STACK)[number];

export const PART_NAMES: Record<LifecyclePart, string> = {
  active: 'Active',
  returning: 'Returning',
  new: 'New',
  resurrected: 'Resurrected',
  dormant: 'Dormant',
};

export const PERIODS: Record<Cadence, { one: string; many: string }> = {
  Daily: { one: 'day', many: 'days' },
  Weekly: { one: 'week', many: 'weeks' },
  Monthly: { one: 'month', many: 'months' },
};

/** A period inside a sentence: "in the week of 2 Nov 2026". */
export function inPeriod(date: string, cadence: Cadence): string {
  if (cadence === 'Daily') return `on ${formatDay(date)}`;
  return cadence === 'Weekly' ? `in the week of ${formatDay(date)}` : `in ${formatMonth(date)}`;
}

const inTheOne = (cadence: Cadence): string =>
  `${cadence === 'Daily' ? 'on' : 'in'} the ${PERIODS[cadence].one}`;

/** Some periods after the creation: "in the same week", "1 week later", "3 weeks later". */
export function later(count: number, cadence: Cadence): string {
  const { one, many } = PERIODS[cadence];
  if (count === 0) return `${cadence === 'Daily' ? 'on' : 'in'} the same ${one}`;
  return count === 1 ? `1 ${one} later` : `${count} ${many} later`;
}

/** A part of the lifecycle chart in words: "Users who were active in the week of 2 Nov 2026 and in the week before". */
export function lifecycleTitle(
  subject: Subject,
  part: LifecyclePart,
  period: string,
  cadence: Cadence,
): string {
  const who = whoOf(subject);
  const then = inPeriod(period, cadence);
  const before = `${inTheOne(cadence)} before`;
  switch (part) {
    case 'active':
      return `${who} active ${then}`;
    case 'new':
      return `${who} active for the first time ${then}`;
    case 'returning':
      return `${who} active ${then} and ${before}`;
    case 'resurrected':
      return `${who} active ${then} and not ${before}, but earlier`;
    case 'dormant':
      return `${who} not active ${then}, but ${before}`;
  }
}

/** A part of a cohort in words: "Users who were created in the week of 2 Nov 2026 and active 3 weeks later". */
export function cohortTitle(
  subject: Subject,
  cohort: string,
  cadence: Cadence,
  at?: { later: number; isActive: boolean },
): string {
  const created = `${whoOf(subject)} created ${inPeriod(cohort, cadence)}`;
  if (!at) return created;
  return `${created} and ${at.isActive ? 'active' : 'not active'} ${later(at.later, cadence)}`;
}

const whoOf = (subject: Subject): string => {
  const { many } = KINDS[subject];
  const name = many[0]!.toUpperCase() + many.slice(1);
  return `${name} ${subject === 'user' ? 'who' : 'that'} were`;
};
