import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keySet } from '../../libs/facts/blocks/bitset.js';

const HIGHEST = 4_000;
const keyArb = fc.integer({ min: 0, max: HIGHEST });
const fewOrMany = fc.oneof(
  fc.array(keyArb, { maxLength: 50 }),
  fc.array(keyArb, { minLength: 1_000, maxLength: 1_100 }),
);

test('a set of few or many keys has these and no others, also beyond the highest', () => {
  fc.assert(
    fc.property(fewOrMany, (keys) => {
      const set = keySet(Int32Array.from(keys));
      const expected = new Set(keys);
      const asked = [...Array(HIGHEST + 100).keys(), 2 ** 31 - 1];
      expect(asked.filter((key) => set.has(key))).toEqual(asked.filter((key) => expected.has(key)));
    }),
    { numRuns: 20 },
  );
});
