/** A block is 4,096 consecutive keys. One row holds the bitmap of one block on one day. */
export const BLOCK_SHIFT = 12;
export const BLOCK_SIZE = 1 << BLOCK_SHIFT;
export const BLOCK_BYTES = BLOCK_SIZE / 8;

/** The tables of bitmaps by day and block: of users, and of the pairs in `activity_pairs`. */
export type ActivityTable = 'activity' | 'named_activity';

/** Blocks by day, its first millisecond. */
export type BlocksByDay = ReadonlyMap<number, ReadonlySet<number>>;

/**
 * Bitmaps by day and block, collected in memory and written in one statement. Bit 0 is the highest
 * bit of the first byte, as in PostgreSQL's `bit(n)`.
 */
export class DayBlocks {
  private readonly days = new Map<number, Map<number, Buffer>>();

  /** @param day first millisecond of a UTC day */
  add(day: number, key: number): void {
    let blocks = this.days.get(day);
    if (!blocks) this.days.set(day, (blocks = new Map<number, Buffer>()));
    const block = key >> BLOCK_SHIFT;
    let bits = blocks.get(block);
    if (!bits) blocks.set(block, (bits = Buffer.alloc(BLOCK_BYTES)));
    const bit = key & (BLOCK_SIZE - 1);
    bits[bit >> 3]! |= 0x80 >> (bit & 7);
  }

  has(day: number, key: number): boolean {
    const bits = this.days.get(day)?.get(key >> BLOCK_SHIFT);
    return bits !== undefined && isMarked(bits, key);
  }

  /** Removes the keys of a block that are set in `bits` on a day. */
  clear(day: number, block: number, bits: Uint8Array): void {
    const blocks = this.days.get(day);
    const known = blocks?.get(block);
    if (!blocks || !known) return;
    let isEmpty = true;
    for (let byte = 0; byte < known.length; byte++) {
      known[byte]! &= ~bits[byte]!;
      isEmpty &&= known[byte] === 0;
    }
    if (!isEmpty) return;
    blocks.delete(block);
    if (blocks.size === 0) this.days.delete(day);
  }

  /** The blocks with keys, by day. */
  get blocks(): BlocksByDay {
    return new Map([...this.days].map(([day, blocks]) => [day, new Set(blocks.keys())]));
  }

  /** The keys, by day. */
  get keys(): Map<number, number[]> {
    const keysOf = (blocks: ReadonlyMap<number, Buffer>) => {
      const keys: number[] = [];
      for (const [block, bits] of blocks) forEachKey(block, bits, (key) => keys.push(key));
      return keys;
    };
    return new Map([...this.days].map(([day, blocks]) => [day, keysOf(blocks)]));
  }

  get isEmpty(): boolean {
    return this.days.size === 0;
  }

  /** Columns for `unnest`: days as ISO text, blocks, bits as hexadecimal. */
  columns(): [days: string[], blocks: number[], bits: string[]] {
    const columns: [string[], number[], string[]] = [[], [], []];
    for (const [day, blocks] of this.days) {
      const text = new Date(day).toISOString().slice(0, 10);
      for (const [block, bits] of blocks) {
        columns[0].push(text);
        columns[1].push(block);
        columns[2].push(bits.toString('hex'));
      }
    }
    return columns;
  }
}

/** Whether a key is set in the bitmap of its block. */
export function isMarked(bits: Uint8Array, key: number): boolean {
  const bit = key & (BLOCK_SIZE - 1);
  return (bits[bit >> 3]! & (0x80 >> (bit & 7))) !== 0;
}

/** Calls `onKey` for each key that is set in a block's bitmap. */
export function forEachKey(block: number, bits: Uint8Array, onKey: (key: number) => void): void {
  const first = block << BLOCK_SHIFT;
  for (let byte = 0; byte < bits.length; byte++) {
    for (let rest = bits[byte]!; rest !== 0;) {
      const bit = Math.clz32(rest) - 24;
      onKey(first + byte * 8 + bit);
      rest &= ~(0x80 >> bit);
    }
  }
}
