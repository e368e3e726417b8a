import { BLOCK_BYTES } from '#libs/facts';

/** A row of `org_activity`. `day` is the first millisecond of the same date in UTC. */
export interface OrgDayBlock {
  day: number;
  block: number;
  bits: Buffer;
}

/**
 * The days on which orgs were active, and their differences from the stored bitmaps: one bit per org, the highest bit of
 * a byte first.
 */
export class OrgDays {
  private readonly blocks: number;
  private readonly days = new Map<number, Buffer>();
  private readonly equal = new Set<string>();
  private readonly cleared: OrgDayBlock[] = [];

  /** @param highest the highest key of an org */
  constructor(highest: number) {
    this.blocks = Math.floor(highest / (BLOCK_BYTES * 8)) + 1;
  }

  /** The bits of a day; `setBit` marks an org. */
  bitsOf(day: number): Buffer {
    const known = this.days.get(day);
    if (known) return known;
    const bits = Buffer.alloc(this.blocks * BLOCK_BYTES);
    this.days.set(day, bits);
    return bits;
  }

  /** Compares a stored block with the marks. */
  compare(day: number, block: number, stored: Buffer): void {
    const marked = this.days.get(day);
    const bits = marked && slice(marked, block);
    if (!bits || bits.length === 0)
      this.cleared.push({ day, block, bits: Buffer.alloc(BLOCK_BYTES) });
    else if (bits.equals(stored)) this.equal.add(`${day}/${block}`);
  }

  /** The blocks to write. Call it after `compare` for every stored block. */
  changed(): OrgDayBlock[] {
    const marked = [...this.days].flatMap(([day, bits]) =>
      Array.from({ length: this.blocks }, (_, block) => ({ day, block, bits: slice(bits, block) })),
    );
    const different = marked.filter(({ day, block }) => !this.equal.has(`${day}/${block}`));
    return [...this.cleared, ...different];
  }
}

export function hasBit(bits: Uint8Array, key: number): boolean {
  return (bits[key >> 3]! & (0x80 >> (key & 7))) !== 0;
}

export function setBit(bits: Uint8Array, key: number): void {
  bits[key >> 3]! |= 0x80 >> (key & 7);
}

function slice(bits: Buffer, block: number): Buffer {
  return bits.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
}
