import { BLOCK_BYTES, type Bitset } from '#libs/facts';
import { blocksOf } from '#libs/segments';
import { BLOCK_WORDS } from './block-rows.js';

/** The keys of a block that a chart counts, in the bit order of stored bitmaps. */
export type MaskOf = (block: number) => Uint32Array;

const ALL = new Uint32Array(BLOCK_WORDS).fill(2 ** 32 - 1);
const NONE = new Uint32Array(BLOCK_WORDS);

/**
 * Leaves out the excluded keys.
 * @param segment counts only these keys
 */
export function maskFor(excluded: Bitset, segment: Bitset | undefined): MaskOf {
  const left = wordsByBlock(excluded);
  const chosen = segment && wordsByBlock(segment);
  const masks = new Map<number, Uint32Array>();
  return (block) => {
    const known = masks.get(block);
    if (known) return known;
    const words = chosen ? (chosen.get(block) ?? NONE) : ALL;
    const without = left.get(block);
    const mask = without ? words.map((word, index) => word & ~without[index]!) : words;
    masks.set(block, mask);
    return mask;
  };
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
