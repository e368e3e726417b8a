import type { Calendar, HealthPart } from '#libs/contracts';
import type { Bitset } from '#libs/facts';
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
  /** One more than the highest key. */
  size: number;
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
  /** The number of (user, day) pairs in W(30) that made the org active. */
  userDays: Uint32Array;
  champions: Champions;
  lostOwners: LostOwners;
  health: HealthColumns;
}

/** The users who made each org active on the most days of P(30). */
interface Champions {
  /** The user's key; 0 for none. */
  users: Uint32Array;
  /** The number of these days; 0 for none. */
  days: Uint32Array;
  /** 1 when the user is a member at T and made the org active in W(14), otherwise 0. */
  stayed: Uint32Array;
}

/** Orgs that lost their last owner in W(30). */
export interface LostOwners {
  /** Their positions. */
  orgs: Bitset;
  /** When the last owner left or got another role, in unix seconds. */
  at: Uint32Array;
}

/** The numbers of a health, in the order of the values of a row. */
export const HEALTH_NUMBERS = ['score', 'adoption', 'frequency', 'trend', 'recency'] as const;

/** The orgs with a health, and one column per number. */
export interface HealthColumns {
  listed: Bitset;
  columns: Record<(typeof HEALTH_NUMBERS)[number], Uint8Array>;
}

/** The weights of the parts in the score of a health: whole numbers of 0 and more, not all 0. */
export type HealthWeights = Readonly<Record<HealthPart, number>>;

export interface RunFacts {
  moment: Moment;
  /** Defines when days begin. */
  calendar: Pick<Calendar, 'dayOf' | 'startOf' | 'settledFrom'>;
  users: UserFacts;
  orgs: OrgFacts;
  healthWeights: HealthWeights;
  /** The memory of the facts and of the lists. */
  memory: ScratchBuffers;
}
