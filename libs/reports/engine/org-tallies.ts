import type { SpanColumns } from '#libs/facts';
import { COUNT_WINDOWS, countInWindows } from './count-windows.js';
import { BITMAP_WORDS, wordBits } from './bitmap-words.js';
import { isIn, type NamedActivity } from './named-activity.js';
import { findPair } from './pair-table.js';
import type { Moment } from './run-facts.js';

// Imports are minimal: the thread that runs this file has to load all of them.

// The row of an org: its activity words, its members, and its additions and removals per window, adjacent in memory.
// With separate arrays, a span took 1.5 times as long with ten million users.
export const MEMBERS = BITMAP_WORDS;
export const ADDED = MEMBERS + 1;
export const REMOVED = ADDED + COUNT_WINDOWS.length;
export const ROW = REMOVED + COUNT_WINDOWS.length;

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
  /** The users whose spans do not count, one bit each; undefined for none. */
  ignored: Uint32Array | undefined;
  /** One row per org key, initially zero; spans of other orgs are ignored. */
  rows: Uint32Array;
}

/** Counts the spans of each org as of a moment. */
export function tallyOrgs({
  moment,
  spans,
  count,
  activity,
  named,
  ignored,
  rows,
}: Tallying): void {
  const { reportTime, day } = moment;
  const inAllOrgs = named?.unnamed ?? activity;
  const { users, orgs, openedAt, endedAt, from, to, added } = spans;
  const now = reportTime * 1000;
  for (let position = 0; position < count; position++) {
    if (openedAt[position]! > now) continue;
    const user = users[position]!;
    if (ignored && isIn(ignored, user)) continue;
    const row = orgs[position]! * ROW;
    const isOpen = endedAt[position]! > now;
    if (isOpen) rows[row + MEMBERS]!++;
    else countInWindows(rows, row + REMOVED, day - to[position]!);
    countInWindows(rows, row + ADDED, day - added[position]!);
    // The first and the last day of a span count fully; an open span reaches to the day of the report.
    const masks = wordBits(isOpen ? 0 : day - to[position]!, day - from[position]! + 1);
    addDays(rows, row, inAllOrgs, user, masks);
    if (named && isIn(named.naming, user)) {
      const pair = findPair(named.pairs, user, orgs[position]!);
      if (pair !== 0) addDays(rows, row, named.words, pair, masks);
    }
  }
}

/** Marks the days of a user, or of a pair, that are in `masks`. */
function addDays(
  rows: Uint32Array,
  row: number,
  words: Uint32Array,
  key: number,
  masks: readonly [number, number, number],
): void {
  const at = key * BITMAP_WORDS;
  rows[row]! |= words[at]! & masks[0];
  rows[row + 1]! |= words[at + 1]! & masks[1];
  rows[row + 2]! |= words[at + 2]! & masks[2];
}
