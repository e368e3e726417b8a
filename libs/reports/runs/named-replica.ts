import { highestPair, scanPairsAfter } from '#libs/facts';
import { BLOCK_SHIFT, BLOCK_SIZE, isMarked } from '#libs/facts/blocks';
import type { Connection } from '#libs/database';
import { ActivityBitmaps } from '../engine/activity-bitmaps.js';
import { BITMAP_WORDS } from '../engine/bitmap-words.js';
import { namedActivity, type NamedActivity } from '../engine/named-activity.js';
import { PairTable } from '../engine/pair-table.js';
import type { ScratchBuffers } from '../engine/scratch-buffers.js';

const ROOM_TO_GROW = 1.05;

/**
 * In-memory copy of 90 days of named activity at one read point.
 *
 * Bitmaps are in the order in which pairs are read: by user. The keys of pairs are in no such order, and a tally reads the pairs
 * of one user after the other. Sorting the bitmaps by user in each run took 112 to 146 ms of CPU for a million users and
 * 755,000 pairs; `activity` takes 8.
 */
export class NamedReplica {
  /** By row of the pair. */
  readonly bitmaps = ActivityBitmaps.none(0);
  private readonly pairs = new PairTable();
  /** The row of each stored pair, by its key; 0 for none. */
  private rows = new Int32Array(0);
  /** The greatest pair key in the store, and the number of rows of stored pairs. Pairs that only the activity log names come after. */
  private stored = { key: 0, rows: 0 };

  /** One more than the highest key of a stored pair. */
  get keys(): number {
    return this.stored.key + 1;
  }

  /** Reads the pairs that were added since the last call. */
  async readPairs(db: Connection): Promise<void> {
    const { pairs, bitmaps, stored } = this;
    bitmaps.words.fill(0, (stored.rows + 1) * BITMAP_WORDS, (pairs.count + 1) * BITMAP_WORDS);
    pairs.truncate(stored.rows);
    const highest = await highestPair(db);
    pairs.makeRoom(highest);
    this.makeRoom(highest + 1);
    await scanPairsAfter(db, stored.key, (key, user, org) => {
      this.makeRoom(key + 1);
      this.rows[key] = pairs.add(user, org);
      stored.key = Math.max(stored.key, key);
    });
    stored.rows = pairs.count;
    bitmaps.makeRoom(stored.rows + 1);
  }

  /**
   * Copies the days of all stored pairs into empty bitmaps. Pairs that were added after the snapshot are ignored: nodes of a
   * distributed store show a later moment.
   * @param byKey bitmaps by the key of the pair
   */
  put({ words: from, size }: ActivityBitmaps): void {
    const { words } = this.bitmaps;
    for (let key = 0; key < Math.min(size, this.rows.length); key++) {
      const [at, row] = [key * BITMAP_WORDS, this.rows[key]! * BITMAP_WORDS];
      if (row === 0) continue;
      words[row] = from[at]!;
      words[row + 1] = from[at + 1]!;
      words[row + 2] = from[at + 2]!;
    }
  }

  /** Replaces a day of a block of pairs, in the store's format. */
  replaceBlock(age: number, block: number, bits: Uint8Array): void {
    const first = block << BLOCK_SHIFT;
    const before = Math.min(first + BLOCK_SIZE, this.keys);
    for (let key = first; key < before; key++) {
      const row = this.rows[key]!;
      if (row !== 0) this.bitmaps.replace(row, age, isMarked(bits, key));
    }
  }

  /** Marks a day of a pair that the activity log names. */
  mark(user: number, org: number, age: number): void {
    const row = this.pairs.find(user, org) || this.pairs.add(user, org);
    this.bitmaps.makeRoom(row + 1);
    this.bitmaps.mark(row, age);
  }

  /**
   * The named activity; undefined without any.
   * @param activity the activity of all users on the same days, by user key
   * @param memory receives the result
   */
  activity(activity: ActivityBitmaps, memory: ScratchBuffers): NamedActivity | undefined {
    return namedActivity(this.pairs, this.bitmaps.words, activity, memory);
  }

  private makeRoom(keys: number): void {
    if (keys <= this.rows.length) return;
    const rows = new Int32Array(Math.ceil(keys * ROOM_TO_GROW));
    rows.set(this.rows);
    this.rows = rows;
  }
}
