import { DAY_MS } from '#libs/contracts';
import {
  countActivity,
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

/** Makes one number of a day and a block; there are fewer blocks. */
const BLOCKS = 2 ** 20;

/**
 * Who was active in the 90 days up to one, as one picture of the store shows it, brought up to a later
 * picture and a later day by what has changed: of a million users 22,000 rows are all, 250 those of an hour.
 */
export class KnownMasks {
  /** By key. */
  readonly masks = ActivityMasks.none(0);
  /** Which rows it has seen. */
  private readonly rows = new Set<number>();

  private constructor(
    private picture: Picture,
    /** The day of age 0, counted from 1970. */
    private day: number,
  ) {}

  /** @param day counted from 1970 @param size one more than the highest key */
  static async read(db: Connection, day: number, size: number): Promise<KnownMasks> {
    const known = new KnownMasks(await currentPicture(db), day);
    known.masks.makeRoom(size);
    await scanAllActivity(db, rangeOf(day), (...row) => known.put(...row));
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
    await setSince(db, this.picture);
    this.masks.makeRoom(size);
    this.masks.growOlder(day - this.day);
    const unread = (this.day + 1) * DAY_MS;
    this.day = day;
    const range = rangeOf(day);
    for (const row of this.rows) if (row < rowOf(range.from, 0)) this.rows.delete(row);
    await scanChangedActivity(db, range, unread, (...row) => this.replace(...row));
    await this.putLog(db);
    this.picture = picture;
    // We remove no row; where somebody else did, it leaves no trace.
    return (await countActivity(db, range)) === this.rows.size;
  }

  private put(day: number, block: number, bits: Uint8Array): void {
    this.rows.add(rowOf(day, block));
    this.masks.markBlock(this.ageOf(day), block, bits);
  }

  private replace(day: number, block: number, bits: Uint8Array): void {
    this.masks.clearBlock(this.ageOf(day), block);
    this.put(day, block, bits);
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

/** Tells a row of activity from others, the later day being the greater number. */
function rowOf(day: number, block: number): number {
  return (day / DAY_MS) * BLOCKS + block;
}
