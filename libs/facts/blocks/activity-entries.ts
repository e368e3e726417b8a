import { startOfDay } from '#libs/contracts';
import { DayBlocks } from './day-block.js';
import { LatestBlocks } from './latest-blocks.js';

const ENTRY_BYTES = 8;

/** Packs entries for `activity_log`: 8 bytes each, user key and unix seconds, both big-endian. */
export function packEntries(
  count: number,
  entry: (index: number) => { key: number; seconds: number },
): Buffer {
  const packed = Buffer.allocUnsafe(count * ENTRY_BYTES);
  for (let index = 0; index < count; index++) {
    const { key, seconds } = entry(index);
    packed.writeUInt32BE(key, index * ENTRY_BYTES);
    packed.writeUInt32BE(seconds, index * ENTRY_BYTES + 4);
  }
  return packed;
}

/** Calls `onEntry` with the key and the unix seconds of each packed entry. */
export function forEachEntry(
  packed: Buffer,
  onEntry: (key: number, seconds: number) => void,
): void {
  for (let at = 0; at < packed.length; at += ENTRY_BYTES) {
    onEntry(packed.readUInt32BE(at), packed.readUInt32BE(at + 4));
  }
}

/**
 * Collects activity in the two forms it is stored in: bitmaps per day, and the last time per user.
 */
export class ActivityEntries {
  readonly days = new DayBlocks();
  readonly latest = new LatestBlocks();

  /** Adds one entry. @param seconds unix seconds */
  add(key: number, seconds: number): void {
    this.days.add(startOfDay(seconds * 1000), key);
    this.latest.raise(key, seconds);
  }

  addPacked(packed: Buffer): void {
    forEachEntry(packed, (key, seconds) => this.add(key, seconds));
  }
}
