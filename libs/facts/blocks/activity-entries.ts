import type { Calendar } from '#libs/contracts';
import { DayBlocks } from './day-block.js';
import { LatestBlocks } from './latest-blocks.js';
import { numbersOf } from './numbers-of.js';
import { PairSet } from './pair-set.js';

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
  const view = numbersOf(packed);
  for (let at = 0; at < packed.length; at += ENTRY_BYTES)
    onEntry(view.getUint32(at), view.getUint32(at + 4));
}

/** Calls `onEntry` with the user key, the org key and the unix seconds of each packed entry. */
export function forEachNamed(
  packed: Buffer,
  onEntry: (user: number, org: number, seconds: number) => void,
): void {
  const view = numbersOf(packed);
  for (let at = 0; at < packed.length; at += NAMED_BYTES)
    onEntry(view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8));
}

/** Collects activity in the forms it is stored in: bitmaps per day, and the last time per user. */
export class ActivityEntries {
  readonly days = new DayBlocks();
  readonly latest = new LatestBlocks();
  /** The pairs of user and org that were named. */
  readonly named = new PairSet();
  /** On which days the pairs were named, by their places in `named`. */
  readonly namedDays = new DayBlocks();

  constructor(private readonly calendar: Calendar) {}

  /** Adds one entry. @param seconds unix seconds */
  add(user: number, seconds: number): void {
    this.addOn(this.calendar.dayOf(seconds * 1000), user, seconds);
  }

  /** Adds one entry that names an org. */
  addNamed(user: number, org: number, seconds: number): void {
    const day = this.calendar.dayOf(seconds * 1000);
    this.addOn(day, user, seconds);
    this.namedDays.add(day, this.named.add(user, org));
  }

  addPacked({ entries, named }: PackedActivity): void {
    forEachEntry(entries, (user, seconds) => this.add(user, seconds));
    if (named) forEachNamed(named, (user, org, seconds) => this.addNamed(user, org, seconds));
  }

  private addOn(day: number, user: number, seconds: number): void {
    this.days.add(day, user);
    this.latest.raise(user, seconds);
  }
}
