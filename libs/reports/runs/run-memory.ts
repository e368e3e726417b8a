const ROOM_TO_GROW = 1.05;

/** An array that is filled again and again. */
export class Room {
  private array = new Uint32Array(0);

  /** So many words, with whatever is in them from before. */
  words(count: number): Uint32Array {
    if (this.array.length < count) this.array = new Uint32Array(count * ROOM_TO_GROW);
    return this.array.subarray(0, count);
  }
}

/**
 * The arrays that a run fills, used again by the next: of fresh memory each 4 kB costs a page fault, on a
 * virtual machine up to 15 µs, and the collector runs the more often the more is thrown away.
 */
export class RunMemory {
  private readonly rooms: Room[] = [];
  private readonly outgoing = [new Room(), new Room()] as const;
  private shared = new Uint32Array(new SharedArrayBuffer(0));
  private taken = 0;
  private sent = 0;

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
    return (this.rooms[index] ??= new Room()).words(count);
  }

  /** The one array that threads share, of so many words, all zeros. */
  sharedWords(count: number): Uint32Array {
    if (this.shared.length < count) {
      const bytes = Math.ceil(count * ROOM_TO_GROW) * Uint32Array.BYTES_PER_ELEMENT;
      this.shared = new Uint32Array(new SharedArrayBuffer(bytes));
    }
    return this.shared.subarray(0, count).fill(0);
  }

  /** Where a list is until it is written, while the next is made: used again by the one after that. */
  nextOutgoing(): Room {
    return this.outgoing[this.sent++ % 2 === 0 ? 0 : 1];
  }
}
