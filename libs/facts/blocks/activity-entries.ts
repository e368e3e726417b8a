import type { Calendar } from '#libs/contracts';
import { DayBlocks } from './day-block.js';
import { LatestBlocks } from './latest-blocks.js';

const ENTRY_BYTES = 8;
const NAMED_BYTES = 12;

/** User `user` was active at `seconds`, unix seconds, in `org` if the sender named one; both are keys. */
export interface KeyedActivity {
  user: number;
  org: number | undefined;
  seconds: number;
}

/** Entries in the form that `activity_log` stores, numbers of 4 bytes, big-endian. */
export interface PackedActivity {
  /** User and seconds. */
  entries: Buffer;
  /** User, org and seconds. Undefined when no org is named. */
  named: Buffer | undefined;
}

export function packActivity(activity: readonly KeyedActivity[]): PackedActivity {
  let namedCount = 0;
  for (const { org } of activity) if (org !== undefined) namedCount++;
  const entries = Buffer.allocUnsafe((activity.length - namedCount) * ENTRY_BYTES);
  const named = namedCount === 0 ? undefined : Buffer.allocUnsafe(namedCount * NAMED_BYTES);
  let [at, namedAt] = [0, 0];
  for (const { user, org, seconds } of activity) {
    if (org === undefined) {
      at = entries.writeUInt32BE(user, at);
      at = entries.writeUInt32BE(seconds, at);
    } else {
      namedAt = named!.writeUInt32BE(user, namedAt);
      namedAt = named!.writeUInt32BE(org, namedAt);
      namedAt = named!.writeUInt32BE(seconds, namedAt);
    }
  }
  return { entries, named };
}

/** Calls `onEntry` with the user key and the unix seconds of each packed entry. */
export function forEachEntry(
  packed: Buffer,
  onEntry: (user: number, seconds: number) => void,
): void {
  for (let at = 0; at < packed.length; at += ENTRY_BYTES) {
    onEntry(packed.readUInt32BE(at), packed.readUInt32BE(at + 4));
  }
}

/** Calls `onEntry` with the user key, the org key and the unix seconds of each packed entry. */
export function forEachNamed(
  packed: Buffer,
  onEntry: (user: number, org: number, seconds: number) => void,
): void {
  for (let at = 0; at < packed.length; at += NAMED_BYTES) {
    onEntry(packed.readUInt32BE(at), packed.readUInt32BE(at + 4), packed.readUInt32BE(at + 8));
  }
}

/**
 * Collects activity in the forms it is stored in: bitmaps per day, and the last time per user. Named activity is
 * also collected by day and pair.
 */
export class ActivityEntries {
  readonly days = new DayBlocks();
  readonly latest = new LatestBlocks();
  /** The days on which each pair was named, by `user/org`. */
  readonly named = new Map<string, { user: number; org: number; days: Set<number> }>();

  constructor(private readonly calendar: Calendar) {}

  /** Adds one entry. @param seconds unix seconds */
  add(user: number, seconds: number): void {
    this.days.add(this.calendar.dayOf(seconds * 1000), user);
    this.latest.raise(user, seconds);
  }

  /** Adds one entry that names an org. */
  addNamed(user: number, org: number, seconds: number): void {
    this.add(user, seconds);
    const key = `${user}/${org}`;
    const pair = this.named.get(key) ?? { user, org, days: new Set<number>() };
    this.named.set(key, pair);
    pair.days.add(this.calendar.dayOf(seconds * 1000));
  }

  addPacked({ entries, named }: PackedActivity): void {
    forEachEntry(entries, (user, seconds) => this.add(user, seconds));
    if (named) forEachNamed(named, (...entry) => this.addNamed(...entry));
  }
}
