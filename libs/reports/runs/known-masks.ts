import { DAY_MS } from '#libs/contracts';
import {
  areRowsRemovedSince,
  currentPicture,
  isContinued,
  scanActivityLog,
  scanAllActivity,
  scanChangedActivity,
  setSince,
  type DayRange,
  type Picture,
} from '#libs/facts';
import type { Connection } from '#libs/platform';
import { ActivityMasks } from './activity-masks.js';
import { MASK_DAYS } from './mask-words.js';

/**
 * Who was active in the 90 days up to one, as one picture of the store shows it, brought up to a later
 * picture and a later day by what has changed: of a million users 22,000 rows are all, 250 those of an hour.
 */
export class KnownMasks {
  /** By key. */
  readonly masks = ActivityMasks.none(0);

  private constructor(
    private picture: Picture,
    /** The day of age 0, counted from 1970. */
    private day: number,
  ) {}

  /** @param day counted from 1970 @param size one more than the highest key */
  static async read(db: Connection, day: number, size: number): Promise<KnownMasks> {
    const known = new KnownMasks(await currentPicture(db), day);
    known.masks.makeRoom(size);
    await scanAllActivity(db, rangeOf(day), (ms, block, bits) =>
      known.masks.markBlock(known.ageOf(ms), block, bits),
    );
    await known.putLog(db);
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
    const picture = await currentPicture(db);
    if (!isContinued(this.picture, picture)) return false;
    if (await areRowsRemovedSince(db, this.picture)) return false;
    await setSince(db, this.picture);
    this.masks.makeRoom(size);
    this.masks.growOlder(day - this.day);
    const unread = (this.day + 1) * DAY_MS;
    this.day = day;
    await scanChangedActivity(db, rangeOf(day), unread, (...row) => this.replace(...row));
    await this.putLog(db);
    this.picture = picture;
    return true;
  }

  private replace(ms: number, block: number, bits: Uint8Array): void {
    const age = this.ageOf(ms);
    this.masks.clearBlock(age, block);
    this.masks.markBlock(age, block, bits);
  }

  private async putLog(db: Connection): Promise<void> {
    await scanActivityLog(db, (key, seconds) => {
      const age = this.ageOf(seconds * 1000);
      if (age >= 0 && age < MASK_DAYS) this.masks.mark(key, age);
    });
  }

  private ageOf(ms: number): number {
    return this.day - Math.floor(ms / DAY_MS);
  }
}

/** The 90 days up to one. */
function rangeOf(day: number): DayRange {
  return { from: (day - MASK_DAYS + 1) * DAY_MS, before: (day + 1) * DAY_MS };
}
