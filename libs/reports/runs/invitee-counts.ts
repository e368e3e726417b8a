import { KeySet } from '#libs/facts';
import { countInWindows, countsOf, windowCounts, type WindowCounts } from './columns.js';
import type { Inviters } from './run-facts.js';
import type { RunMemory } from './run-memory.js';

const LEAST_ROOM = 1_024;

/** How many people each user invited. Few invited anybody: theirs lie together, one after another. */
export class InviteeCounts {
  private readonly isInviter: KeySet;
  /** Where the counts of inviters lie, by key; of others it says nothing. */
  private readonly slots: Uint32Array;
  private inviters = 0;
  private counts = windowCounts(LEAST_ROOM);

  /** @param keys one more than the highest key */
  constructor(keys: number, memory: RunMemory) {
    this.isInviter = new KeySet(keys);
    this.slots = memory.words(keys);
  }

  /** Counts one more invitee of `key`, invited `age` days ago. */
  add(key: number, age: number): void {
    if (!this.isInviter.has(key)) {
      this.isInviter.add(key);
      if (this.inviters === this.counts[90].length) this.makeRoom();
      this.slots[key] = this.inviters++;
    }
    countInWindows(this.counts, this.slots[key]!, age);
  }

  /** Those of these keys who invited anybody, and their counts, by their places among the keys. */
  forKeys(keys: Uint32Array): Inviters {
    const { isInviter } = this;
    const [places, slots] = [new Uint32Array(this.inviters), new Uint32Array(this.inviters)];
    let found = 0;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place]!;
      if (!isInviter.has(key)) continue;
      places[found] = place;
      slots[found++] = this.slots[key]!;
    }
    return {
      places: places.subarray(0, found),
      invitees: countsOf(slots.subarray(0, found), this.counts),
    };
  }

  private makeRoom(): void {
    const counts = windowCounts(this.inviters * 2);
    for (const days of [30, 60, 90] as const satisfies (keyof WindowCounts)[]) {
      counts[days].set(this.counts[days]);
    }
    this.counts = counts;
  }
}
