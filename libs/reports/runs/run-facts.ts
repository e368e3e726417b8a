import type { ActivityMasks } from './activity-masks.js';

/** The windows over which invites and membership changes are counted, in days. */
const COUNT_WINDOWS = [30, 60, 90] as const;
export type CountWindow = (typeof COUNT_WINDOWS)[number];

/** A count for each key, in each window. */
export type WindowCounts = Record<CountWindow, Uint32Array>;

/** The moment of a run: T in unix seconds, and its day D counted from 1970. */
export interface Moment {
  reportTime: number;
  day: number;
}

/**
 * What a run knows about its users or orgs, one entry a key. A key that does not exist at T, or has
 * none of a thing, holds 0. Times are unix seconds, days count from 1970.
 */
export interface SubjectFacts {
  /** Those that exist at T, in the order of their ids' bytes. */
  keys: Uint32Array;
  createdAt: Uint32Array;
  createdDay: Int32Array;
  activity: ActivityMasks;
}

export interface UserFacts extends SubjectFacts {
  lastActiveAt: Uint32Array;
  /** Distinct invitees. */
  invitees: WindowCounts;
}

export interface OrgFacts extends SubjectFacts {
  /** Spans open at T. */
  members: Uint32Array;
  added: WindowCounts;
  removed: WindowCounts;
}

export interface RunFacts {
  moment: Moment;
  users: UserFacts;
  orgs: OrgFacts;
}

export function windowCounts(size: number): WindowCounts {
  return { 30: new Uint32Array(size), 60: new Uint32Array(size), 90: new Uint32Array(size) };
}

/** Counts one more for `key` in each window that reaches back `age` days. */
export function countInWindows(counts: WindowCounts, key: number, age: number): void {
  for (const days of COUNT_WINDOWS) if (age < days) counts[days][key]!++;
}

/** Room for facts of `size` keys; whoever fills it in brings the activity. */
export function subjectFacts(size: number, activity: ActivityMasks): SubjectFacts {
  return {
    keys: new Uint32Array(0),
    createdAt: new Uint32Array(size),
    createdDay: new Int32Array(size),
    activity,
  };
}
