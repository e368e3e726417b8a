import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bitset } from '#libs/facts';
import { keysInAll, placesOf } from '../../libs/reports/api/subject-index/select-keys.js';

const HIGHEST = 300;
const keysArb = fc.uniqueArray(fc.nat(HIGHEST), { maxLength: 120 });
// Sets may be smaller than the highest key, and have keys that the index lacks.
const setsArb = fc.array(fc.uniqueArray(fc.nat(2 * HIGHEST), { maxLength: 400 }), {
  minLength: 1,
  maxLength: 3,
});

function setOf(keys: readonly number[]): Bitset {
  const set = new Bitset(Math.max(0, ...keys) + 1);
  for (const key of keys) set.add(key);
  return set;
}

test('the keys that are in all sets are selected in their order', async () => {
  await fc.assert(
    fc.asyncProperty(keysArb, setsArb, async (keys, sets) => {
      const ordered = Uint32Array.from(keys);
      const selected = keysInAll(ordered, await placesOf(ordered), sets.map(setOf));
      expect([...selected]).toEqual(keys.filter((key) => sets.every((set) => set.includes(key))));
    }),
  );
});
