import { highestPair, scanPairsAfter } from '#libs/facts';
import type { Connection } from '#libs/database';
import { ActivityBitmaps } from '../engine/activity-bitmaps.js';
import { BITMAP_WORDS } from '../engine/bitmap-words.js';
import { namedActivity, type NamedActivity } from '../engine/named-activity.js';
import { PairTable } from '../engine/pair-table.js';
import type { ScratchBuffers } from '../engine/scratch-buffers.js';

/** In-memory copy of 90 days of named activity at one read point. */
export class NamedReplica {
  /** By pair key. */
  readonly bitmaps = ActivityBitmaps.none(0);
  private readonly pairs = new PairTable();
  /** The greatest pair key in the store. Pairs that only the activity log names get greater keys. */
  private stored = 0;

  /** Reads the pairs that were added since the last call. */
  async readPairs(db: Connection): Promise<void> {
    const unfolded = this.pairs.last;
    this.pairs.truncate(this.stored);
    this.bitmaps.words.fill(0, (this.stored + 1) * BITMAP_WORDS, (unfolded + 1) * BITMAP_WORDS);
    this.pairs.makeRoom(await highestPair(db));
    await scanPairsAfter(db, this.stored, (key, user, org) => this.pairs.add(key, user, org));
    this.stored = this.pairs.last;
    this.bitmaps.makeRoom(this.stored + 1);
  }

  /**
   * Forgets the activity of pairs that were added after the snapshot: nodes of a distributed store show a later moment.
   * Call it after reading the folded activity, before `markAll`.
   */
  forgetLaterPairs(): void {
    this.bitmaps.words.fill(0, (this.stored + 1) * BITMAP_WORDS);
  }

  /** Marks the days of pairs that the activity log names: `ages[i]` of user `users[i]` in org `orgs[i]`. */
  markAll(users: readonly number[], orgs: readonly number[], ages: readonly number[]): void {
    const keys = this.pairs.keysFor(users, orgs);
    this.bitmaps.makeRoom(this.pairs.last + 1);
    for (let index = 0; index < keys.length; index++) this.bitmaps.mark(keys[index]!, ages[index]!);
  }

  /**
   * The named activity; undefined without any.
   * @param activity the activity of all users on the same days, by user key
   * @param memory receives the result
   */
  activity(activity: ActivityBitmaps, memory: ScratchBuffers): NamedActivity | undefined {
    return namedActivity(this.pairs, this.bitmaps.words, activity, memory);
  }
}
