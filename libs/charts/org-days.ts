import { BLOCK_BYTES } from '#libs/facts';

/** A row of `org_activity`; the day is its first millisecond since 1970. */
export interface OrgDayBlock {
  day: number;
  block: number;
  bits: Buffer;
}

/**
 * On which days some orgs were active, held against what is stored about them and their neighbours
 * in the same blocks: a bit an org, the highest bit of a byte first.
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

  /** The bits of a day, to mark orgs in with `setBit`. */
  bitsOf(day: number): Buffer {
    const known = this.days.get(day);
    if (known) return known;
    const bits = Buffer.alloc(this.mask.length);
    this.days.set(day, bits);
    return bits;
  }

  /** The blocks that hold any of the orgs. */
  get blocks(): number[] {
    const all = Array.from({ length: this.mask.length / BLOCK_BYTES }, (_, block) => block);
    return all.filter((block) => slice(this.mask, block).some((byte) => byte !== 0));
  }

  /** Holds a stored block against what was marked; orgs that this is not about keep their bits. */
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

  /** The blocks that have to be written, once all that are stored were compared. */
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
