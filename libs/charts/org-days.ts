import { BLOCK_BYTES } from '#libs/facts';

/** A row of `org_activity`. `day` is the first millisecond of the same date in UTC. */
export interface OrgDayBlock {
  day: number;
  block: number;
  bits: Buffer;
}

/**
 * The days on which some orgs were active, and their differences from the stored bitmaps. Bitmaps also
 * contain other orgs of the same blocks: one bit per org, the highest bit of a byte first.
 */
export class OrgDays {
  private readonly mask: Buffer;
  private readonly days = new Map<number, Buffer>();
  private readonly seen = new Set<string>();
  private readonly different: OrgDayBlock[] = [];

  constructor(orgKeys: readonly number[]) {
    const highest = orgKeys.reduce((high, key) => Math.max(high, key), 0);
    this.mask = Buffer.alloc((Math.floor(highest / (BLOCK_BYTES * 8)) + 1) * BLOCK_BYTES);
    for (const key of orgKeys) setBit(this.mask, key);
  }

  /** The bits of a day; `setBit` marks an org. */
  bitsOf(day: number): Buffer {
    const known = this.days.get(day);
    if (known) return known;
    const bits = Buffer.alloc(this.mask.length);
    this.days.set(day, bits);
    return bits;
  }

  /** The blocks that contain any of the orgs. */
  get blocks(): number[] {
    const all = Array.from({ length: this.mask.length / BLOCK_BYTES }, (_, block) => block);
    return all.filter((block) => slice(this.mask, block).some((byte) => byte !== 0));
  }

  /** Compares a stored block with the marks. Other orgs in the block keep their bits. */
  compare({ day, block, bits: stored }: OrgDayBlock): void {
    this.seen.add(`${day}/${block}`);
    const marked = this.days.get(day);
    const mask = slice(this.mask, block);
    const bits = Buffer.alloc(BLOCK_BYTES);
    for (let at = 0; at < BLOCK_BYTES; at++) {
      const ours = marked ? marked[block * BLOCK_BYTES + at]! : 0;
      bits[at] = (stored[at]! & ~mask[at]!) | ours;
    }
    if (!bits.equals(stored)) this.different.push({ day, block, bits });
  }

  /** The blocks to write. Call it after `compare` for every stored block. */
  changed(): OrgDayBlock[] {
    const added = [...this.days].flatMap(([day, marked]) =>
      this.blocks
        .filter((block) => !this.seen.has(`${day}/${block}`))
        .map((block) => ({ day, block, bits: slice(marked, block) })),
    );
    return [...this.different, ...added];
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
