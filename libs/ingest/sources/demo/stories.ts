import { aMonthAway, aWeekAway } from './absences.js';
import type { Script } from './script.js';

/** The development of a company. Days are counted from today. */
export type Story =
  | { kind: 'steady' | 'growing' | 'shrinking' }
  /** No one uses the product after `lastDay`. A closed company is deleted a day later. */
  | { kind: 'left' | 'closed'; lastDay: number }
  /** No one uses the product from `awayFrom` until the founder returns. */
  | { kind: 'returned'; awayFrom: number; backOn: number };

type StoryMaker = (script: Script) => Story;

const left =
  (first: number, last: number): StoryMaker =>
  ({ calendar, random }) => ({ kind: 'left', lastDay: calendar.drawDay(random, first, last) });

const returned =
  (away: typeof aWeekAway): StoryMaker =>
  ({ calendar, random }) => {
    const { from, to } = away(calendar, random);
    return { kind: 'returned', awayFrom: from, backOn: to };
  };

const STORIES: readonly [count: number, StoryMaker][] = [
  [34, () => ({ kind: 'growing' })],
  [16, () => ({ kind: 'shrinking' })],
  [5, left(-13, -8)],
  [5, left(-28, -15)],
  [8, left(-150, -32)],
  [3, ({ random }) => ({ kind: 'closed', lastDay: random.between(-160, -20) })],
  [6, returned(aWeekAway)],
  [6, returned(aMonthAway)],
];

/** One story per company; the rest are steady. */
export function drawStories(script: Script, companies: number): Story[] {
  const stories = STORIES.flatMap(([count, makeStory]) =>
    Array.from({ length: count }, () => makeStory(script)),
  );
  while (stories.length < companies) stories.push({ kind: 'steady' });
  return stories;
}

/** Whether all people of the company behave alike: leave, close or return together. */
export function isShared(story: Story): boolean {
  return story.kind === 'left' || story.kind === 'closed' || story.kind === 'returned';
}

/** The last day on which a company with this story can start. */
export function latestStart(story: Story): number {
  if (story.kind === 'left' || story.kind === 'closed') return story.lastDay - 45;
  if (story.kind === 'returned') return story.awayFrom - 45;
  return { steady: 0, growing: -20, shrinking: -130 }[story.kind];
}

/** The last day on which someone joins. */
export function latestJoin(story: Story): number {
  if (story.kind === 'left' || story.kind === 'closed') return story.lastDay - 5;
  return story.kind === 'returned' ? story.awayFrom - 5 : 0;
}
