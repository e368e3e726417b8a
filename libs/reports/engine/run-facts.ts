import type { ActivityBitmaps } from './activity-bitmaps.js';
import type { WindowCounts } from './columns.js';
import type { ScratchBuffers } from './scratch-buffers.js';

/** The moment of a run: T in unix seconds, and its day D counted from 1970. */
export interface Moment {
  reportTime: number;
  day: number;
}

/**
 * What a run knows of the users or orgs that exist at T, one entry a place: users in the order of their
 * last activity, latest first, orgs in the order of their ids; ids decide between users that are equal.
 * Lists are made in the order of the places, along which the facts lie in memory: by key, the rankings
 * of a million users took three times as long. Times are unix seconds, days count from 1970.
 */
export interface SubjectFacts {
  /** Whose place it is. */
  keys: Uint32Array;
  createdAt: Uint32Array;
  activity: ActivityBitmaps;
}

export interface UserFacts extends SubjectFacts {
  lastActiveAt: Uint32Array;
  inviters: Inviters;
}

/** Those who invited anybody: a twentieth of all. */
export interface Inviters {
  /** Whose places, in their order. */
  places: Uint32Array;
  /** How many distinct people each invited. */
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
  /** Where they are, with room for lists that are made of them. */
  memory: ScratchBuffers;
}
