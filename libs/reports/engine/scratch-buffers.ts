const ROOM_TO_GROW = 1.05;

/** A reusable array. */
export class Buffer32 {
  private array = new Uint32Array(0);

  /** An array of `count` words, not cleared. */
  take(count: number): Uint32Array {
    if (this.array.length < count) this.array = new Uint32Array(count * ROOM_TO_GROW);
    return this.array.subarray(0, count);
  }
}

/**
 * The arrays of a run, reused by the next. Each 4 kB of fresh memory costs a page fault, up to 15 µs on a
 * virtual machine, and discarded arrays make the garbage collector run more often.
 */
export class ScratchBuffers {
  private readonly rooms: Buffer32[] = [];
  private readonly outgoing = [new Buffer32(), new Buffer32()] as const;
  private readonly shared = { orgs: emptyShared(), users: emptyShared() };
  private taken = 0;
  private sent = 0;

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

  /** An array that is shared with the thread: `count` words, all zero. There is one of orgs and one of users. */
  allocateShared(of: 'orgs' | 'users', count: number): Uint32Array {
    if (this.shared[of].length < count) {
      const bytes = Math.ceil(count * ROOM_TO_GROW) * Uint32Array.BYTES_PER_ELEMENT;
      this.shared[of] = new Uint32Array(new SharedArrayBuffer(bytes));
    }
    return this.shared[of].subarray(0, count).fill(0);
  }

  /** The buffer of the next list. There are two: one is written while the other is filled. */
  nextOutgoing(): Buffer32 {
    return this.outgoing[this.sent++ % 2 === 0 ? 0 : 1];
  }
}

function emptyShared(): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(0));
}
