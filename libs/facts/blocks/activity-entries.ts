import { startOfDay } from '#libs/contracts';
import { DayBlocks } from './day-block.js';
import { LatestBlocks } from './latest-blocks.js';

const ENTRY_BYTES = 8;

/** Signs of activity packed as `activity_log` keeps them: 8 bytes each, key and unix seconds, big-endian. */
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

export function forEachEntry(
  packed: Buffer,
  onEntry: (key: number, seconds: number) => void,
): void {
  for (let at = 0; at < packed.length; at += ENTRY_BYTES) {
    onEntry(packed.readUInt32BE(at), packed.readUInt32BE(at + 4));
  }
}

/** Signs of activity gathered as they are kept: by day, and the latest of each user. */
export class ActivityEntries {
  readonly days = new DayBlocks();
  readonly latest = new LatestBlocks();

  /** User `key` was active at `seconds`, unix seconds. */
  add(key: number, seconds: number): void {
    this.days.add(startOfDay(seconds * 1000), key);
    this.latest.raise(key, seconds);
  }

  addPacked(packed: Buffer): void {
    forEachEntry(packed, (key, seconds) => this.add(key, seconds));
  }
}
