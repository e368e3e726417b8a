import type { ActivityBitmaps } from './activity-bitmaps.js';
import { BITMAP_WORDS } from './bitmap-words.js';
import type { PairTable } from './pair-table.js';
import type { ScratchBuffers } from './scratch-buffers.js';

/**
 * The days among the last 90 on which activity named an org. All arrays are in shared memory; words have the format
 * of `ActivityBitmaps`.
 *
 * The pairs of a user are adjacent, because a tally reads spans in the order of users. With a look-up of each span's pair
 * in a hash table, a tally of 1.25 million spans and 755,000 named pairs took 400 instead of 130 ms of CPU.
 */
export interface NamedActivity {
  /** By user key, the first row of the user's pairs, which ends where the next user's begin. */
  starts: Uint32Array;
  /** A row per named pair: its org key and its three words. The first row is empty. */
  rows: Uint32Array;
  /** The days on which each user was active without naming an org, by user key. They count in all orgs of the user. */
  unnamed: Uint32Array;
}

const ROW = 1 + BITMAP_WORDS;
/** More rows of a user are sorted by org. */
const FEW_ROWS = 16;

/**
 * The named activity; undefined without any.
 * @param words the days on which each pair was named, by pair key
 * @param activity the activity of all users on the same days, by user key
 * @param memory receives the result
 */
export function namedActivity(
  { columns: { users, orgs }, last }: PairTable,
  words: Uint32Array,
  { words: active, size }: ActivityBitmaps,
  memory: ScratchBuffers,
): NamedActivity | undefined {
  const starts = memory.allocate(size + 2).fill(0);
  for (let key = 1, at = BITMAP_WORDS; key <= last; key++, at += BITMAP_WORDS)
    if ((words[at]! | words[at + 1]! | words[at + 2]!) !== 0) starts[users[key]! + 2]!++;
  starts[0] = starts[1] = 1;
  for (let user = 0; user < size; user++) starts[user + 2]! += starts[user + 1]!;
  const end = starts[size + 1]!;
  if (end === 1) return undefined;
  const rows = memory.allocate(end * ROW);
  rows.fill(0, 0, ROW);
  // The start of the next user moves from the first to behind the last row of a user, where the next user's rows begin.
  for (let key = 1, at = BITMAP_WORDS; key <= last; key++, at += BITMAP_WORDS) {
    const [one, two, three] = [words[at]!, words[at + 1]!, words[at + 2]!];
    if ((one | two | three) === 0) continue;
    const row = starts[users[key]! + 1]!++ * ROW;
    rows[row] = orgs[key]!;
    rows[row + 1] = one;
    rows[row + 2] = two;
    rows[row + 3] = three;
  }
  const unnamed = memory.allocate(active.length);
  unnamed.set(active);
  for (let user = 0; user < size; user++) finishUser(user, starts, rows, unnamed);
  return { starts, rows, unnamed };
}

function finishUser(
  user: number,
  starts: Uint32Array,
  rows: Uint32Array,
  unnamed: Uint32Array,
): void {
  const [first, end] = [starts[user]!, starts[user + 1]!];
  const at = user * BITMAP_WORDS;
  for (let row = first * ROW; row < end * ROW; row += ROW) {
    unnamed[at]! &= ~rows[row + 1]!;
    unnamed[at + 1]! &= ~rows[row + 2]!;
    unnamed[at + 2]! &= ~rows[row + 3]!;
  }
  if (end - first > FEW_ROWS) sortByOrg(rows.subarray(first * ROW, end * ROW));
}

function sortByOrg(rows: Uint32Array): void {
  const before = rows.slice();
  const order = Uint32Array.from({ length: rows.length / ROW }, (_, row) => row * ROW);
  order.sort((one, other) => before[one]! - before[other]!);
  for (const [row, from] of order.entries()) rows.set(before.subarray(from, from + ROW), row * ROW);
}

/** The index in `rows` of the row of a pair; 0, the empty row, when the user did not name the org. */
export function rowOf({ starts, rows }: NamedActivity, user: number, org: number): number {
  let [first, end] = [starts[user]!, starts[user + 1]!];
  while (end - first > FEW_ROWS) {
    const middle = (first + end) >>> 1;
    if (rows[middle * ROW]! <= org) first = middle;
    else end = middle;
  }
  for (let row = first * ROW; row < end * ROW; row += ROW) if (rows[row] === org) return row;
  return 0;
}
