/** Users and orgs are counted in blocks of 4,096: a block of a day is one row of bits. */
export const BLOCK_SHIFT = 12;
export const BLOCK_SIZE = 1 << BLOCK_SHIFT;
export const BLOCK_BYTES = BLOCK_SIZE / 8;

/**
 * Days → blocks → bits, collected in memory and written as one statement. Bit 0 is the highest of the
 * first byte, as PostgreSQL counts them.
 */
export class DayBlocks {
  private readonly days = new Map<number, Map<number, Buffer>>();

  /** @param day first millisecond of a UTC day */
  add(day: number, key: number): void {
    const blocks = this.days.get(day) ?? new Map<number, Buffer>();
    this.days.set(day, blocks);
    const block = key >> BLOCK_SHIFT;
    const bits = blocks.get(block) ?? Buffer.alloc(BLOCK_BYTES);
    blocks.set(block, bits);
    const bit = key & (BLOCK_SIZE - 1);
    bits[bit >> 3]! |= 0x80 >> (bit & 7);
  }

  /** The keys of a block that are marked on a day. */
  keysOf(day: number, block: number): number[] {
    const keys: number[] = [];
    const bits = this.days.get(day)?.get(block);
    if (bits) forEachKey(block, bits, (key) => keys.push(key));
    return keys;
  }

  get isEmpty(): boolean {
    return this.days.size === 0;
  }

  /** Columns for `unnest`: the day as ISO text, the block, the bits as hexadecimal. */
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

/** Whether a key is marked in the bits of its block. */
export function isMarked(bits: Uint8Array, key: number): boolean {
  const bit = key & (BLOCK_SIZE - 1);
  return (bits[bit >> 3]! & (0x80 >> (bit & 7))) !== 0;
}

/** Calls `onKey` for each bit that is set in a block's bits. */
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
