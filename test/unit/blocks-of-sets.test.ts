import { expect, test } from '@jest/globals';
import { Bitset, forEachKey } from '#libs/facts';
import { blocksOf } from '#libs/segments';

test('a set in blocks has the same keys, without empty blocks', () => {
  const keys = [0, 1, 7, 8, 31, 32, 4095, 4096, 12_288, 12_345, 20_479];
  const set = new Bitset(30_000);
  for (const key of keys) set.add(key);
  const { blocks, bits } = blocksOf(set);
  expect(blocks).toEqual([0, 1, 3, 4]);
  const found: number[] = [];
  for (const [index, block] of blocks.entries())
    forEachKey(block, Buffer.from(bits[index]!, 'hex'), (key) => found.push(key));
  expect(found).toEqual(keys);
});
