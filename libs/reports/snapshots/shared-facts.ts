import { Bitset } from '#libs/facts/blocks';
import { ActivityBitmaps } from '../engine/activity-bitmaps.js';
import type { RunFacts } from '../engine/run-facts.js';
import type { ScratchBuffers } from '../engine/scratch-buffers.js';

/** The facts of a run as a message to a thread. Their arrays are in shared memory. */
export type SharedFacts = Pick<RunFacts, 'moment' | 'users' | 'orgs' | 'healthWeights'>;

export function shared({ moment, users, orgs, healthWeights }: RunFacts): SharedFacts {
  return { moment, users, orgs, healthWeights };
}

/**
 * The facts in a thread.
 * @param facts a copy, whose objects have lost their classes
 * @param memory receives the lists of this thread
 */
export function received(
  { users, orgs, ...facts }: SharedFacts,
  calendar: RunFacts['calendar'],
  memory: ScratchBuffers,
): RunFacts {
  const { lostOwners, health } = orgs;
  return {
    ...{ ...facts, calendar, memory },
    users: { ...users, activity: ActivityBitmaps.over(users.activity.words) },
    orgs: {
      ...{ ...orgs, activity: ActivityBitmaps.over(orgs.activity.words) },
      lostOwners: { ...lostOwners, orgs: bitset(lostOwners.orgs) },
      health: { ...health, listed: bitset(health.listed) },
    },
  };
}

function bitset({ words }: Pick<Bitset, 'words'>): Bitset {
  const set = new Bitset(0);
  set.words = words;
  return set;
}
