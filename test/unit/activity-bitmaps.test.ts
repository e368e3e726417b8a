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

test('a day that is replaced key by key is that of a block that is cleared and marked, whatever was marked', () => {
  fc.assert(
    fc.property(fc.array(dayArb, { maxLength: 30 }), (days) => {
      const [cleared, replaced] = [
        ActivityBitmaps.none(3 * BLOCK),
        ActivityBitmaps.none(3 * BLOCK),
      ];
      // Few ages, so that most days are replaced several times.
      for (const { age, block, keys } of days.map((one) => ({ ...one, age: one.age % 3 }))) {
        cleared.clearBlock(age, block);
        cleared.markBlock(age, block, bitsOf(keys));
        const marked = new Set(keys);
        for (let key = 0; key < BLOCK; key++)
          replaced.replace(block * BLOCK + key, age, marked.has(key));
      }
      expect(Buffer.from(replaced.words.buffer).equals(Buffer.from(cleared.words.buffer))).toBe(
        true,
      );
    }),
    { numRuns: 30 },
  );
});
