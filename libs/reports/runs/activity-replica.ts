import { DAY_MS } from '#libs/contracts';
import {
  areRowsRemovedSince,
  currentReadPoint,
  canResumeFrom,
  scanActivityLog,
  scanAllActivity,
  scanChangedActivity,
  setChangedSince,
  type DayRange,
  type ReadPoint,
} from '#libs/facts';
import type { Connection } from '#libs/database';
import { ActivityBitmaps } from '../engine/activity-bitmaps.js';
import { BITMAP_DAYS } from '../engine/bitmap-words.js';

/**
 * Who was active in the 90 days up to one, as one picture of the store shows it, brought up to a later
 * picture and a later day by what has changed: of a million users 22,000 rows are all, 250 those of an hour.
 */
export class ActivityReplica {
  /** By key. */
  readonly bitmaps = ActivityBitmaps.none(0);

  private constructor(
    private picture: ReadPoint,
    /** The day of age 0, counted from 1970. */
    private day: number,
  ) {}

  /** @param day counted from 1970 @param size one more than the highest key */
  static async read(db: Connection, day: number, size: number): Promise<ActivityReplica> {
    const known = new ActivityReplica(await currentReadPoint(db), day);
    known.bitmaps.makeRoom(size);
    await scanAllActivity(db, rangeOf(day), (ms, block, bits) =>
      known.bitmaps.markBlock(known.ageOf(ms), block, bits),
    );
    await known.applyLog(db);
    return known;
  }

  /** Whether these are, or can be made, the masks of a day: days only come, they do not go. */
  reaches(day: number): boolean {
    return day >= this.day;
  }

  /**
   * Reads what has changed since.
   * @param day not before that of the last time; without one the same
   * @returns false when that cannot be told, or not for sure: then everything must be read. If it fails
   *   as well, this must not be used any more
   */
  async update(db: Connection, size: number, day = this.day): Promise<boolean> {
    const picture = await currentReadPoint(db);
    if (!canResumeFrom(this.picture, picture)) return false;
    if (await areRowsRemovedSince(db, this.picture)) return false;
    await setChangedSince(db, this.picture);
    this.bitmaps.makeRoom(size);
    this.bitmaps.advanceDays(day - this.day);
    const unread = (this.day + 1) * DAY_MS;
    this.day = day;
    await scanChangedActivity(db, rangeOf(day), unread, (...row) => this.replace(...row));
    await this.applyLog(db);
    this.picture = picture;
    return true;
  }

  private replace(ms: number, block: number, bits: Uint8Array): void {
    const age = this.ageOf(ms);
    this.bitmaps.clearBlock(age, block);
    this.bitmaps.markBlock(age, block, bits);
  }

  private async applyLog(db: Connection): Promise<void> {
    await scanActivityLog(db, (key, seconds) => {
      const age = this.ageOf(seconds * 1000);
      if (age >= 0 && age < BITMAP_DAYS) this.bitmaps.mark(key, age);
    });
  }

  private ageOf(ms: number): number {
    return this.day - Math.floor(ms / DAY_MS);
  }
}

/** The 90 days up to one. */
function rangeOf(day: number): DayRange {
  return { from: (day - BITMAP_DAYS + 1) * DAY_MS, before: (day + 1) * DAY_MS };
}
