const ROOM_TO_GROW = 1.05;

/**
 * The arrays that a run fills, used again by the next: of fresh memory each 4 kB costs a page fault, on a
 * virtual machine up to 15 µs, and the collector runs the more often the more is thrown away.
 */
export class RunMemory {
  private readonly arrays: Uint32Array[] = [];
  private taken = 0;

  /** How much is handed out, for `release`. */
  mark(): number {
    return this.taken;
  }

  /** Lets what was handed out since a mark be used anew; without one, all. */
  release(mark = 0): void {
    this.taken = mark;
  }

  /** An array of so many words, with whatever is in it from before. */
  words(count: number): Uint32Array {
    const index = this.taken++;
    const known = this.arrays[index];
    const array = known && known.length >= count ? known : new Uint32Array(count * ROOM_TO_GROW);
    this.arrays[index] = array;
    return array.subarray(0, count);
  }
}
