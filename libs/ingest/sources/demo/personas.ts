import { aMonthAway, aWeekAway, drawVacations, type Absence } from './absences.js';
import type { Random } from './random.js';
import type { Script } from './script.js';
import type { Story } from './stories.js';

/** How a person uses the product. Days are counted from today. */
export interface Persona {
  /** Probability of activity on a weekday and on a day of the weekend. */
  weekday: number;
  weekend: number;
  absences: Absence[];
  /** The last day with possible activity; 0 for people who stay. */
  lastDay: number;
  /** Days that are always active. */
  pinnedDays: Set<number>;
  /** The day on which the account is deleted; undefined when it is not. */
  deletedDay?: number;
}

type Casting = (script: Script, createdDay: number) => Persona | undefined;

const champion = (random: Random) => ({
  weekday: 0.9 + random.next() * 0.1,
  weekend: random.next() ** 3,
});
const regular = (random: Random) => ({
  weekday: 0.35 + random.next() * 0.4,
  weekend: random.next() * 0.15,
});
const occasional = (random: Random) => ({
  weekday: 0.04 + random.next() * 0.2,
  weekend: random.next() * 0.04,
});

/**
 * The kinds of personas and their percentages. A kind that needs a longer past than a newcomer has
 * becomes a regular.
 */
const PARTS: readonly [share: number, Casting][] = [
  [12, (script) => present(script, champion(script.random))],
  [33, (script) => present(script, regular(script.random))],
  [22, (script) => present(script, occasional(script.random))],
  [22, (script, day) => gone(script, day, day + 2 + lifetime(script.random, 80))],
  [5, (script, day) => gone(script, day, -script.random.between(7, 40))],
  [2.5, (script, day) => returned(script, day, aWeekAway(script.calendar, script.random))],
  [3.5, (script, day) => returned(script, day, aMonthAway(script.calendar, script.random))],
];

/** The persona of a person who joins on a day, in a company that stays. */
export function castPersona(script: Script, createdDay: number): Persona {
  const { random } = script;
  const [, casting] = random.pickWeighted(PARTS, ([share]) => share) ?? PARTS[1]!;
  return casting(script, createdDay) ?? present(script, regular(random));
}

/** The persona of a founder, who follows the company's story. */
export function castFounder(script: Script, createdDay: number, story: Story): Persona {
  const { random } = script;
  const persona = present(script, random.chance(0.5) ? champion(random) : regular(random));
  if (story.kind === 'left' || story.kind === 'closed') {
    return { ...persona, lastDay: story.lastDay, pinnedDays: new Set([story.lastDay]) };
  }
  if (story.kind !== 'returned') return persona;
  return returned(script, createdDay, { from: story.awayFrom, to: story.backOn }) ?? persona;
}

/** The persona of a person in a company that leaves, closes or returns as a whole. */
export function castFollower(script: Script, createdDay: number, story: Story): Persona {
  const { random } = script;
  const persona = present(script, random.chance(0.6) ? regular(random) : occasional(random));
  const until = (day: number) => ({ ...persona, lastDay: Math.max(createdDay, day) });
  if (story.kind === 'left' || story.kind === 'closed') {
    return until(story.lastDay - random.below(16));
  }
  if (story.kind !== 'returned') return persona;
  if (random.chance(0.35)) return until(story.awayFrom - 1 - random.below(10));
  const to = Math.min(0, story.backOn + random.below(3));
  return { ...persona, absences: [...persona.absences, { from: story.awayFrom, to }] };
}

function present(script: Script, rhythm: Pick<Persona, 'weekday' | 'weekend'>): Persona {
  const absences = drawVacations(script.random);
  return { ...rhythm, absences, lastDay: 0, pinnedDays: new Set() };
}

/** Stops permanently after a day; some people then delete their account. */
function gone(script: Script, createdDay: number, lastDay: number): Persona | undefined {
  const { random } = script;
  if (lastDay <= createdDay || lastDay > -7) return undefined;
  const persona = present(script, random.chance(0.5) ? regular(random) : occasional(random));
  const deletedDay = random.chance(0.07) ? lastDay + random.between(1, 6) : undefined;
  return { ...persona, lastDay, deletedDay, pinnedDays: new Set([lastDay]) };
}

function returned(script: Script, createdDay: number, absence: Absence): Persona | undefined {
  if (createdDay >= absence.from - 3) return undefined;
  const persona = present(script, regular(script.random));
  const pinnedDays = new Set([absence.to]);
  return { ...persona, absences: [...persona.absences, absence], pinnedDays };
}

/** A number of days from an exponential distribution with the given mean. */
function lifetime(random: Random, meanDays: number): number {
  return Math.floor(-Math.log(1 - random.next()) * meanDays);
}
