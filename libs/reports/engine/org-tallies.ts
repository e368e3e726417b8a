import type { SpanColumns } from '#libs/facts';
import {
  ACTIVE_USER_COUNTS,
  countActiveUser,
  countLast30,
  daysBefore30,
  isInLast14,
} from './active-users.js';
import { bitCount } from './bits.js';
import { CHAMPION_FIELDS, rankChampion } from './champions.js';
import { COUNT_WINDOWS, countInWindows } from './count-windows.js';
import { BITMAP_WORDS, bitsOf } from './bitmap-words.js';
import { wordsOf, type NamedActivity } from './named-activity.js';

// The row of an org: its activity words, its members, its additions and removals per window, its active users per
// window, the days of its users, and its champion, adjacent in memory.
// With separate arrays, a span took 1.5 times as long with ten million users.
export const MEMBERS = BITMAP_WORDS;
export const ADDED = MEMBERS + 1;
export const REMOVED = ADDED + COUNT_WINDOWS.length;
export const ACTIVE_USERS = REMOVED + COUNT_WINDOWS.length;
export const USER_DAYS = ACTIVE_USERS + ACTIVE_USER_COUNTS.length;
export const CHAMPION = USER_DAYS + 1;
export const ROW = CHAMPION + CHAMPION_FIELDS;

/** The input and output of a tally. All arrays are in shared memory. */
export interface Tallying {
  /** The day of the moment, counted from 1970. */
  day: number;
  /** The last millisecond that counts. */
  until: number;
  spans: SpanColumns;
  /** The number of spans. */
  count: number;
  /** Activity words of the 90 days up to the moment, by user key: orgs are active through their members. */
  activity: Uint32Array;
  /** Undefined when no activity names an org. */
  named: NamedActivity | undefined;
  /** The users and the orgs whose spans do not count, one bit each; undefined for none. */
  ignored: { users: Uint32Array; orgs: Uint32Array } | undefined;
  /** By user key, the number of ids that sort before the user's. */
  ranks: Uint32Array;
  /** One row per org key, initially zero; spans of other orgs are ignored. */
  rows: Uint32Array;
  /** By user key, initially zero: receives the number of open spans. */
  openSpans: Uint32Array;
  /** The part of the orgs to tally; all by default. Parts do not write to the same memory. */
  part?: { index: number; of: number };
}

/** Parts take turns at stripes of 64 orgs: the first orgs of a store are often its largest. */
const STRIPE_SHIFT = 6;
const ALL = { index: 0, of: 1 };

/** Whether a key is in a set of one bit per key. */
function isIn(set: Uint32Array, key: number): boolean {
  return ((set[key >>> 5]! >>> key) & 1) === 1;
}

/** Counts the spans of each org, its active users, and the open spans of each user, as of a moment. */
export function tallyOrgs(tallying: Tallying): void {
  const { day, until, spans, count, activity, named, ignored, ranks, rows, openSpans } = tallying;
  const { index, of } = tallying.part ?? ALL;
  const inAllOrgs = named?.unnamed ?? activity;
  const { users, orgs, openedAt, endedAt, from, to, added } = spans;
  // The current pair and its days. In local variables: with an array, a tally took 1.5 times as long.
  let [pairUser, pairOrg, one, two, three, isMember] = [-1, -1, 0, 0, 0, 0];
  for (let position = 0; position < count; position++) {
    if (openedAt[position]! > until) continue;
    const user = users[position]!;
    const org = orgs[position]!;
    if (ignored && (isIn(ignored.users, user) || isIn(ignored.orgs, org))) continue;
    const isOpen = endedAt[position]! > until;
    // The orgs of a user may be in several parts.
    if (isOpen && index === 0) openSpans[user]!++;
    if (of > 1 && (org >>> STRIPE_SHIFT) % of !== index) continue;
    if (user !== pairUser || org !== pairOrg) {
      addPair(rows, ranks, pairUser, pairOrg, one, two, three, isMember);
      pairUser = user;
      pairOrg = org;
      one = two = three = isMember = 0;
    }
    const row = org * ROW;
    if (isOpen) {
      isMember = 1;
      rows[row + MEMBERS]!++;
    } else countInWindows(rows, row + REMOVED, day - to[position]!);
    countInWindows(rows, row + ADDED, day - added[position]!);
    // The first and the last day of a span count fully; an open span reaches to the day of the report.
    const last = isOpen ? 0 : day - to[position]!;
    const before = day - from[position]! + 1;
    const inOne = bitsOf(0, last, before);
    const inTwo = bitsOf(1, last, before);
    const inThree = bitsOf(2, last, before);
    const at = user * BITMAP_WORDS;
    one |= inAllOrgs[at]! & inOne;
    two |= inAllOrgs[at + 1]! & inTwo;
    three |= inAllOrgs[at + 2]! & inThree;
    if (named) {
      const ofPair = wordsOf(named, user, org);
      one |= named.words[ofPair]! & inOne;
      two |= named.words[ofPair + 1]! & inTwo;
      three |= named.words[ofPair + 2]! & inThree;
    }
  }
  addPair(rows, ranks, pairUser, pairOrg, one, two, three, isMember);
}

/**
 * Adds all days on which one user made an org active. Called once per pair, because the spans of a pair are adjacent, so
 * a user counts once.
 */
function addPair(
  rows: Uint32Array,
  ranks: Uint32Array,
  user: number,
  org: number,
  one: number,
  two: number,
  three: number,
  isMember: number,
): void {
  if ((one | two | three) === 0) return;
  const row = org * ROW;
  rows[row]! |= one;
  rows[row + 1]! |= two;
  rows[row + 2]! |= three;
  const before = daysBefore30(one, two);
  countActiveUser(rows, row + ACTIVE_USERS, one, before);
  rows[row + USER_DAYS]! += countLast30(one);
  if (before !== 0)
    rankChampion(rows, row + CHAMPION, ranks, user, bitCount(before), isMember & isInLast14(one));
}
