import { BLOCK_BYTES, isMarked, type Bitset } from '#libs/facts';
import { blocksOf } from '#libs/segments';
import { BLOCK_WORDS, bytesOf, type BlockRows } from './block-rows.js';

/** The keys of a block that a chart counts. */
class Mask {
  private readonly bytes: Uint8Array;

  /** @param words in the bit order of stored bitmaps */
  constructor(private readonly words: Uint32Array) {
    this.bytes = bytesOf(words);
  }

  has(key: number): boolean {
    return isMarked(this.bytes, key);
  }

  /** Removes all other keys from rows of the block. */
  keepIn({ words }: BlockRows): void {
    const mask = this.words;
    for (let at = 0; at < words.length; at++) words[at]! &= mask[at % BLOCK_WORDS]!;
  }
}

/** The mask of a block; undefined when all its keys count. */
export type MaskOf = (block: number) => Mask | undefined;

const NONE = new Mask(new Uint32Array(BLOCK_WORDS));

/**
 * Leaves out the excluded keys.
 * @param segment counts only these keys
 */
export function maskFor(excluded: Bitset, segment: Bitset | undefined): MaskOf {
  const left = wordsByBlock(excluded);
  if (!segment) {
    const masks = new Map(
      [...left].map(([block, words]) => [block, new Mask(words.map(inverted))]),
    );
    return (block) => masks.get(block);
  }
  const masks = new Map<number, Mask>();
  for (const [block, words] of wordsByBlock(segment)) {
    const without = left.get(block);
    const counted = without ? words.map((word, index) => word & ~without[index]!) : words;
    masks.set(block, new Mask(counted));
  }
  return (block) => masks.get(block) ?? NONE;
}

function inverted(word: number): number {
  return ~word;
}

function wordsByBlock(set: Bitset): Map<number, Uint32Array> {
  const { blocks, bits } = blocksOf(set);
  return new Map(
    blocks.map((block, index) => {
      const words = new Uint32Array(BLOCK_WORDS);
      Buffer.from(words.buffer, 0, BLOCK_BYTES).write(bits[index]!, 'hex');
      return [block, words];
    }),
  );
}
