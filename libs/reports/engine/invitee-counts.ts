import { Bitset } from '#libs/facts/blocks';
import { perWindow } from './columns.js';
import { COUNT_WINDOWS, countInWindows } from './count-windows.js';
import type { Inviters } from './run-facts.js';
import type { ScratchBuffers } from './scratch-buffers.js';

const LEAST_ROOM = 1_024;
const WIDTH = COUNT_WINDOWS.length;

/** The number of people that each user invited. Few users invite, so only inviters have a row of counts. */
export class InviteeCounts {
  private readonly isInviter: Bitset;
  /** The slot of each inviter, by key; undefined for other users. */
  private readonly slots: Uint32Array;
  private inviters = 0;
  /** Rows by slot, with one count per window. */
  private counts = new Uint32Array(LEAST_ROOM * WIDTH);

  /** @param keys one more than the highest key */
  constructor(
    keys: number,
    private readonly memory: ScratchBuffers,
  ) {
    this.isInviter = new Bitset(keys);
    this.slots = memory.allocate(keys);
  }

  /** Counts one more invitee of `key`, invited `age` days ago. */
  add(key: number, age: number): void {
    if (!this.isInviter.has(key)) {
      this.isInviter.add(key);
      if (this.inviters * WIDTH === this.counts.length) this.makeRoom();
      this.slots[key] = this.inviters++;
    }
    countInWindows(this.counts, this.slots[key]! * WIDTH, age);
  }

  /** The inviters among these keys, by position, with their counts. */
  forKeys(keys: Uint32Array): Inviters {
    const { isInviter, memory } = this;
    const [positions, slots] = [memory.allocate(this.inviters), memory.allocate(this.inviters)];
    let found = 0;
    for (let position = 0; position < keys.length; position++) {
      const key = keys[position]!;
      if (!isInviter.has(key)) continue;
      positions[found] = position;
      slots[found++] = this.slots[key]!;
    }
    return {
      positions: positions.subarray(0, found),
      invitees: perWindow((_, index) => {
        const counts = memory.allocate(found);
        for (let position = 0; position < found; position++)
          counts[position] = this.counts[slots[position]! * WIDTH + index]!;
        return counts;
      }),
    };
  }

  private makeRoom(): void {
    const counts = new Uint32Array(this.counts.length * 2);
    counts.set(this.counts);
    this.counts = counts;
  }
}
