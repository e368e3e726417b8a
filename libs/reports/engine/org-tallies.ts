import type { SpanColumns } from '#libs/facts';
import { COUNT_WINDOWS, countInWindows } from './count-windows.js';
import { BITMAP_WORDS, wordBits } from './bitmap-words.js';
import type { Moment } from './run-facts.js';

// Imports stay minimal: the thread that runs this has to load all of them.

// A row of an org: its activity words, members, and additions and removals per window. They are adjacent in memory:
// with one array for each, a span took 1.5 times as long with ten million users.
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
  /** One row per org key, initially zero; spans of other orgs are ignored. */
  rows: Uint32Array;
}

/** Counts the spans of each org as of a moment. */
export function tallyOrgs({ moment, spans, count, activity, rows }: Tallying): void {
  const { reportTime, day } = moment;
  const { users, orgs, toldAt, endedAt, from, to, added } = spans;
  const now = reportTime * 1000;
  for (let position = 0; position < count; position++) {
    if (toldAt[position]! > now) continue;
    const row = orgs[position]! * ROW;
    const isOpen = endedAt[position]! > now;
    if (isOpen) rows[row + MEMBERS]!++;
    else countInWindows(rows, row + REMOVED, day - to[position]!);
    countInWindows(rows, row + ADDED, day - added[position]!);
    // The first and the last day of a span count fully; an open span reaches to the day of the report.
    const masks = wordBits(isOpen ? 0 : day - to[position]!, day - from[position]! + 1);
    const user = users[position]! * BITMAP_WORDS;
    rows[row]! |= activity[user]! & masks[0];
    rows[row + 1]! |= activity[user + 1]! & masks[1];
    rows[row + 2]! |= activity[user + 2]! & masks[2];
  }
}
