import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ActivityBitmaps } from '../../libs/reports/engine/activity-bitmaps.js';

const BLOCK = 4_096;
const dayArb = fc.record({
  age: fc.nat(89),
  block: fc.nat(2),
  keys: fc.array(fc.nat(BLOCK - 1), { maxLength: 40 }),
});

function bitsOf(keys: readonly number[]): Uint8Array {
  const bits = new Uint8Array(BLOCK / 8);
  for (const key of keys) bits[key >> 3]! |= 0x80 >> (key & 7);
  return bits;
}

test('whole days that are transposed give the same bitmaps as days marked one by one', () => {
  const days = fc.uniqueArray(dayArb, { selector: ({ age, block }) => `${age}/${block}` });
  // Not a multiple of the keys per tile, nor of the keys per block.
  const sizes = fc.constantFrom(1, 33, 4_097, 9_000, 3 * BLOCK);
  fc.assert(
    fc.property(days, sizes, (all, size) => {
      const [marked, transposed] = [ActivityBitmaps.none(size), ActivityBitmaps.none(size)];
      for (const { age, block, keys } of all) {
        const known = keys.filter((key) => block * BLOCK + key < size);
        marked.markBlock(age, block, bitsOf(known));
        transposed.putBlock(age, block, bitsOf(known));
      }
      transposed.transpose();
      expect(Buffer.from(transposed.words.buffer).equals(Buffer.from(marked.words.buffer))).toBe(
        true,
      );
    }),
  );
});
