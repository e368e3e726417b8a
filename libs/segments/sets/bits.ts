import { BLOCK_SHIFT, BLOCK_SIZE, Bitset } from '#libs/facts';

const WORD_BITS = 32;

/** A copy that has room for the numbers below `size`. */
export function copyOf(bits: Bitset, size: number): Bitset {
  const copy = new Bitset(size);
  if (copy.words.length < bits.words.length) copy.words = new Uint32Array(bits.words.length);
  copy.words.set(bits.words);
  return copy;
}

/** All numbers below `size`, and a few more. */
export function everyNumber(size: number): Bitset {
  const all = new Bitset(size);
  all.words.fill(2 ** WORD_BITS - 1);
  return all;
}

/** The numbers that only one of two sets contains; undefined when there are more than `most`. */
export function differing(one: Bitset, other: Bitset, most: number): number[] | undefined {
  if (one === other) return [];
  const numbers: number[] = [];
  const length = Math.max(one.words.length, other.words.length);
  for (let index = 0; index < length; index++) {
    let rest = ((one.words[index] ?? 0) ^ (other.words[index] ?? 0)) >>> 0;
    for (; rest !== 0; rest = (rest & (rest - 1)) >>> 0) {
      numbers.push(index * WORD_BITS + 31 - Math.clz32(rest & -rest));
      if (numbers.length > most) return undefined;
    }
  }
  return numbers;
}

/** A set as PostgreSQL's `bit(4096)` by block. */
export interface BlockColumns {
  blocks: number[];
  /** Hexadecimal. */
  bits: string[];
}

/** The blocks of a set that are not empty. */
export function blocksOf({ words }: Bitset): BlockColumns {
  const columns: BlockColumns = { blocks: [], bits: [] };
  const wordsOfBlock = BLOCK_SIZE / WORD_BITS;
  const block = Buffer.alloc(BLOCK_SIZE / 8);
  for (let first = 0; first < words.length; first += wordsOfBlock) {
    const part = words.subarray(first, first + wordsOfBlock);
    if (!part.some((word) => word !== 0)) continue;
    block.fill(0);
    for (const [index, word] of part.entries()) block.writeUInt32BE(reversed(word), index * 4);
    columns.blocks.push((first * WORD_BITS) >> BLOCK_SHIFT);
    columns.bits.push(block.toString('hex'));
  }
  return columns;
}

/** The bits of a word in the opposite order: bit 0 of a block is its highest bit. */
function reversed(word: number): number {
  let bits = word;
  bits = ((bits >>> 1) & 0x55555555) | ((bits & 0x55555555) << 1);
  bits = ((bits >>> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
  bits = ((bits >>> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4);
  bits = ((bits >>> 8) & 0x00ff00ff) | ((bits & 0x00ff00ff) << 8);
  return ((bits >>> 16) | (bits << 16)) >>> 0;
}
