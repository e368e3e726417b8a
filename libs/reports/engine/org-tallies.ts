import type { SpanColumns } from '#libs/facts';
import { ACTIVE_USER_COUNTS, countActiveUser } from './active-users.js';
import { COUNT_WINDOWS, countInWindows } from './count-windows.js';
import { BITMAP_WORDS, wordBits } from './bitmap-words.js';
import { isIn, type NamedActivity } from './named-activity.js';
import { findPair } from './pair-table.js';
import type { Moment } from './run-facts.js';

// Imports are minimal: the thread that runs this file has to load all of them.

// The row of an org: its activity words, its members, its additions and removals per window, and its active users per
// window, adjacent in memory.
// With separate arrays, a span took 1.5 times as long with ten million users.
export const MEMBERS = BITMAP_WORDS;
export const ADDED = MEMBERS + 1;
export const REMOVED = ADDED + COUNT_WINDOWS.length;
export const ACTIVE_USERS = REMOVED + COUNT_WINDOWS.length;
export const ROW = ACTIVE_USERS + ACTIVE_USER_COUNTS.length;

/** The input and output of a tally. All arrays are in shared memory. */
export interface Tallying {
  moment: Moment;
  spans: SpanColumns;
  /** The number of spans. */
  count: number;
  /** Activity words of the 90 days up to the moment, by user key: orgs are active through their members. */
  activity: Uint32Array;
  /** Undefined when no activity names an org. */
  named: NamedActivity | undefined;
  /** The users and the orgs whose spans do not count, one bit each; undefined for none. */
  ignored: { users: Uint32Array; orgs: Uint32Array } | undefined;
  /** One row per org key, initially zero; spans of other orgs are ignored. */
  rows: Uint32Array;
  /** By user key, initially zero: receives the number of open spans. */
  openSpans: Uint32Array;
}

/** Counts the spans of each org, its active users, and the open spans of each user, as of a moment. */
export function tallyOrgs(tallying: Tallying): void {
  const { moment, spans, count, activity, named, ignored, rows, openSpans } = tallying;
  const { reportTime, day } = moment;
  const inAllOrgs = named?.unnamed ?? activity;
  const { users, orgs, openedAt, endedAt, from, to, added } = spans;
  const now = reportTime * 1000;
  const pair = { user: -1, org: -1 };
  const days = new Int32Array(BITMAP_WORDS);
  for (let position = 0; position < count; position++) {
    if (openedAt[position]! > now) continue;
    const [user, org] = [users[position]!, orgs[position]!];
    if (ignored && (isIn(ignored.users, user) || isIn(ignored.orgs, org))) continue;
    if (user !== pair.user || org !== pair.org) {
      addPair(rows, pair.org, days);
      pair.user = user;
      pair.org = org;
    }
    const row = org * ROW;
    const isOpen = endedAt[position]! > now;
    if (isOpen) {
      rows[row + MEMBERS]!++;
      openSpans[user]!++;
    } else countInWindows(rows, row + REMOVED, day - to[position]!);
    countInWindows(rows, row + ADDED, day - added[position]!);
    // The first and the last day of a span count fully; an open span reaches to the day of the report.
    const masks = wordBits(isOpen ? 0 : day - to[position]!, day - from[position]! + 1);
    addDays(days, inAllOrgs, user, masks);
    if (named && isIn(named.naming, user)) {
      const key = findPair(named.pairs, user, org);
      if (key !== 0) addDays(days, named.words, key, masks);
    }
  }
  addPair(rows, pair.org, days);
}

/**
 * Adds all days on which one user made an org active, and clears them for the next pair. Called once per pair, because
 * the spans of a pair are adjacent, so a user counts once.
 */
function addPair(rows: Uint32Array, org: number, days: Int32Array): void {
  if ((days[0]! | days[1]! | days[2]!) === 0) return;
  const row = org * ROW;
  rows[row]! |= days[0]!;
  rows[row + 1]! |= days[1]!;
  rows[row + 2]! |= days[2]!;
  countActiveUser(rows, row + ACTIVE_USERS, days);
  days[0] = days[1] = days[2] = 0;
}

/** Marks the days of a user, or of a named pair, that are in `masks`. */
function addDays(
  days: Int32Array,
  words: Uint32Array,
  key: number,
  masks: readonly [number, number, number],
): void {
  const at = key * BITMAP_WORDS;
  days[0]! |= words[at]! & masks[0];
  days[1]! |= words[at + 1]! & masks[1];
  days[2]! |= words[at + 2]! & masks[2];
}
