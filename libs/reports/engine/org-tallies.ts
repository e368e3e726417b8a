import type { SpanColumns } from '#libs/facts';
import { COUNT_WINDOWS, countInWindows } from './count-windows.js';
import { BITMAP_WORDS, wordBits } from './bitmap-words.js';
import type { Moment } from './run-facts.js';

// Nothing is loaded here that the thread in which this runs would have to load as well.

// A row of an org: the words of its activity, its members, additions and removals in each window. All of an
// org lies side by side: in an array each, a span of ten million users took 1.5 times as long.
export const MEMBERS = BITMAP_WORDS;
export const ADDED = MEMBERS + 1;
export const REMOVED = ADDED + COUNT_WINDOWS.length;
export const ROW = REMOVED + COUNT_WINDOWS.length;

/** What is to be added up. All arrays are in memory that threads share. */
export interface Tallying {
  moment: Moment;
  spans: SpanColumns;
  /** How many of the spans there are. */
  count: number;
  /** Words of the 90 days up to the day of the moment, by the users' keys: orgs are active by their members. */
  activity: Uint32Array;
  /** A row for each key of an org, all zeros; what is told of others is not kept. */
  rows: Uint32Array;
}

/** Adds up by org what the spans say as of a moment. */
export function tallyOrgs({ moment, spans, count, activity, rows }: Tallying): void {
  const { reportTime, day } = moment;
  const { users, orgs, toldAt, endedAt, from, to, added } = spans;
  const now = reportTime * 1000;
  for (let place = 0; place < count; place++) {
    if (toldAt[place]! > now) continue;
    const row = orgs[place]! * ROW;
    const isOpen = endedAt[place]! > now;
    if (isOpen) rows[row + MEMBERS]!++;
    else countInWindows(rows, row + REMOVED, day - to[place]!);
    countInWindows(rows, row + ADDED, day - added[place]!);
    // Both days of a span count whole; an open one reaches to the day of the report.
    const masks = wordBits(isOpen ? 0 : day - to[place]!, day - from[place]! + 1);
    const user = users[place]! * BITMAP_WORDS;
    rows[row]! |= activity[user]! & masks[0];
    rows[row + 1]! |= activity[user + 1]! & masks[1];
    rows[row + 2]! |= activity[user + 2]! & masks[2];
  }
}
