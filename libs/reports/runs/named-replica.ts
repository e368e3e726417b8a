import { highestPair, scanPairsBetween } from '#libs/facts';
import type { Connection } from '#libs/database';
import { ActivityBitmaps } from '../engine/activity-bitmaps.js';
import { BITMAP_WORDS } from '../engine/bitmap-words.js';
import type { NamedActivity } from '../engine/named-activity.js';
import { PairTable } from '../engine/pair-table.js';

/** In-memory copy of 90 days of named activity at one read point. */
export class NamedReplica {
  /** By pair key. */
  readonly bitmaps = ActivityBitmaps.none(0);
  private readonly pairs = new PairTable();
  /** The greatest pair key in the store. Pairs that only the activity log names get greater keys. */
  private stored = 0;
  private unnamed = sharedWords(0);
  private naming = sharedWords(0);

  /** Reads the pairs that were added since the last call. */
  async readPairs(db: Connection): Promise<void> {
    const unfolded = this.pairs.last;
    this.pairs.truncate(this.stored);
    this.bitmaps.words.fill(0, (this.stored + 1) * BITMAP_WORDS, (unfolded + 1) * BITMAP_WORDS);
    const highest = await highestPair(db);
    this.pairs.makeRoom(highest);
    await scanPairsBetween(db, this.stored, highest, (key, user, org) =>
      this.pairs.append(key, user, org),
    );
    this.pairs.index(this.stored);
    this.stored = this.pairs.last;
    this.bitmaps.makeRoom(this.stored + 1);
  }

  /**
   * Forgets the activity of pairs that were added after the snapshot: nodes of a distributed store show a later moment.
   * Call it after reading the folded activity, before `mark`.
   */
  forgetLaterPairs(): void {
    this.bitmaps.words.fill(0, (this.stored + 1) * BITMAP_WORDS);
  }

  /** Marks a day of a pair that the activity log names. */
  mark(user: number, org: number, age: number): void {
    let key = this.pairs.find(user, org);
    if (key === 0) {
      key = this.pairs.last + 1;
      this.pairs.add(key, user, org);
      this.bitmaps.makeRoom(key + 1);
    }
    this.bitmaps.mark(key, age);
  }

  /**
   * The named activity; undefined without any.
   * @param activity the activity of all users on the same days, by user key
   */
  activity({ words: active, size }: ActivityBitmaps): NamedActivity | undefined {
    const { words } = this.bitmaps;
    const { columns, last } = this.pairs;
    if (!words.some((word) => word !== 0)) return undefined;
    if (this.unnamed.length !== active.length) {
      this.unnamed = sharedWords(active.length);
      this.naming = sharedWords((size >>> 5) + 1);
    }
    const { unnamed, naming } = this;
    unnamed.set(active);
    naming.fill(0);
    for (let key = 1, at = BITMAP_WORDS; key <= last; key++, at += BITMAP_WORDS) {
      const [one, two, three] = [words[at]!, words[at + 1]!, words[at + 2]!];
      if ((one | two | three) === 0) continue;
      const user = columns.users[key]!;
      naming[user >>> 5]! |= 1 << user;
      unnamed[user * BITMAP_WORDS]! &= ~one;
      unnamed[user * BITMAP_WORDS + 1]! &= ~two;
      unnamed[user * BITMAP_WORDS + 2]! &= ~three;
    }
    return { pairs: columns, words, unnamed, naming };
  }
}

function sharedWords(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(count * Uint32Array.BYTES_PER_ELEMENT));
}
