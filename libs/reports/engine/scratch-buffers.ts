const ROOM_TO_GROW = 1.05;

/** An array that is filled again and again. */
export class Buffer32 {
  private array = new Uint32Array(0);

  /** So many words, with whatever is in them from before. */
  take(count: number): Uint32Array {
    if (this.array.length < count) this.array = new Uint32Array(count * ROOM_TO_GROW);
    return this.array.subarray(0, count);
  }
}

/**
 * The arrays that a run fills, used again by the next: of fresh memory each 4 kB costs a page fault, on a
 * virtual machine up to 15 µs, and the collector runs the more often the more is thrown away.
 */
export class ScratchBuffers {
  private readonly rooms: Buffer32[] = [];
  private readonly outgoing = [new Buffer32(), new Buffer32()] as const;
  private shared = new Uint32Array(new SharedArrayBuffer(0));
  private taken = 0;
  private sent = 0;

  /** How much is handed out, for `release`. */
  checkpoint(): number {
    return this.taken;
  }

  /** Lets what was handed out since a mark be used anew; without one, all. */
  rewind(mark = 0): void {
    this.taken = mark;
  }

  /** An array of so many words, with whatever is in it from before. */
  allocate(count: number): Uint32Array {
    const index = this.taken++;
    return (this.rooms[index] ??= new Buffer32()).take(count);
  }

  /** The one array that threads share, of so many words, all zeros. */
  allocateShared(count: number): Uint32Array {
    if (this.shared.length < count) {
      const bytes = Math.ceil(count * ROOM_TO_GROW) * Uint32Array.BYTES_PER_ELEMENT;
      this.shared = new Uint32Array(new SharedArrayBuffer(bytes));
    }
    return this.shared.subarray(0, count).fill(0);
  }

  /** Where a list is until it is written, while the next is made: used again by the one after that. */
  nextOutgoing(): Buffer32 {
    return this.outgoing[this.sent++ % 2 === 0 ? 0 : 1];
  }
}
