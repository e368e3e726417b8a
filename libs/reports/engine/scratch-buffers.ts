const ROOM_TO_GROW = 1.05;

/** A reusable array in shared memory. */
export class Buffer32 {
  private array = shared(0);

  /** An array of `count` words, not cleared. */
  take(count: number): Uint32Array {
    if (this.array.length < count) this.array = shared(count * ROOM_TO_GROW);
    return this.array.subarray(0, count);
  }
}

/**
 * The arrays of a run, in memory that is shared with the threads, reused by the next run. Each 4 kB of fresh memory costs a page fault, up to 15 µs on a
 * virtual machine, and discarded arrays make the garbage collector run more often.
 */
export class ScratchBuffers {
  private readonly rooms: Buffer32[] = [];
  private readonly outgoing: Buffer32[] = [];
  private taken = 0;

  /** The current state, for `rewind`. */
  checkpoint(): number {
    return this.taken;
  }

  /** Frees everything allocated since a checkpoint; without one, everything. */
  rewind(mark = 0): void {
    this.taken = mark;
  }

  /** An array of `count` words, not cleared. */
  allocate(count: number): Uint32Array {
    const index = this.taken++;
    return (this.rooms[index] ??= new Buffer32()).take(count);
  }

  /** The buffer of a list, by number: several, so that some are written while others are filled. */
  outgoingOf(index: number): Buffer32 {
    return (this.outgoing[index] ??= new Buffer32());
  }
}

function shared(words: number): Uint32Array {
  const bytes = Math.ceil(words) * Uint32Array.BYTES_PER_ELEMENT;
  return new Uint32Array(new SharedArrayBuffer(bytes));
}
