import type { Calendar } from '#libs/contracts';
import type { ActiveUserWindow } from './active-users.js';
import type { ActivityBitmaps } from './activity-bitmaps.js';
import type { WindowCounts } from './columns.js';
import type { ScratchBuffers } from './scratch-buffers.js';

/** The moment of a run: T in unix seconds, and its day D, counted from 1970. */
export interface Moment {
  reportTime: number;
  day: number;
}

/**
 * The users or orgs that exist at T, one entry per position: users by last activity, latest first, ties by id;
 * orgs by id. Rankings read memory sequentially, in the order of positions: by key, the rankings of a million users
 * took three times as long. Times are unix seconds, days count from 1970.
 */
export interface SubjectFacts {
  /** The key at each position. */
  keys: Uint32Array;
  createdAt: Uint32Array;
  activity: ActivityBitmaps;
}

export interface UserFacts extends SubjectFacts {
  lastActiveAt: Uint32Array;
  inviters: Inviters;
  /** The keys in the order of the ids. */
  keysById: Uint32Array;
  /** By key, the number of open spans at T. */
  openSpans: Uint32Array;
}

/** Users who sent invites, about a twentieth of all users. */
export interface Inviters {
  /** Their positions, ascending. */
  positions: Uint32Array;
  /** The number of distinct people that each of them invited. */
  invitees: WindowCounts;
}

export interface OrgFacts extends SubjectFacts {
  /** Spans open at T. */
  members: Uint32Array;
  added: WindowCounts;
  removed: WindowCounts;
  /** The number of distinct users who made the org active. */
  activeUsers: Record<ActiveUserWindow, Uint32Array>;
}

export interface RunFacts {
  moment: Moment;
  /** Defines when days begin. */
  calendar: Pick<Calendar, 'dayOf' | 'startOf' | 'settledFrom'>;
  users: UserFacts;
  orgs: OrgFacts;
  /** The memory of the facts and of the lists. */
  memory: ScratchBuffers;
}
