import { countInWindows, countsOf, windowCounts, type WindowCounts } from './columns.js';
import type { Inviters } from './run-facts.js';

const LEAST_ROOM = 1_024;

/** How many people each user invited. Few invited anybody: theirs lie together, one after another. */
export class InviteeCounts {
  private readonly isInviter: Uint8Array;
  /** Where the counts of a key lie. */
  private readonly slots = new Map<number, number>();
  private counts = windowCounts(LEAST_ROOM);

  /** @param keys one more than the highest key */
  constructor(keys: number) {
    this.isInviter = new Uint8Array(keys);
  }

  /** Counts one more invitee of `key`, invited `age` days ago. */
  add(key: number, age: number): void {
    let slot = this.slots.get(key);
    if (slot === undefined) {
      slot = this.slots.size;
      if (slot === this.counts[90].length) this.makeRoom();
      this.slots.set(key, slot);
      this.isInviter[key] = 1;
    }
    countInWindows(this.counts, slot, age);
  }

  /** Those of these keys who invited anybody, and their counts, by their places among the keys. */
  forKeys(keys: Uint32Array): Inviters {
    const { isInviter, slots: slotOf } = this;
    const [places, slots] = [new Uint32Array(slotOf.size), new Uint32Array(slotOf.size)];
    let found = 0;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place]!;
      if (isInviter[key] === 0) continue;
      places[found] = place;
      slots[found++] = slotOf.get(key)!;
    }
    return {
      places: places.subarray(0, found),
      invitees: countsOf(slots.subarray(0, found), this.counts),
    };
  }

  private makeRoom(): void {
    const counts = windowCounts(this.slots.size * 2);
    for (const days of [30, 60, 90] as const satisfies (keyof WindowCounts)[]) {
      counts[days].set(this.counts[days]);
    }
    this.counts = counts;
  }
}
