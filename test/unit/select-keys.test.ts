import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bitset } from '#libs/facts';
import { OrderPlaces } from '../../libs/reports/api/subject-index/order-places.js';
import {
  highestOf,
  keysAt,
  keysIn,
  placesOf,
} from '../../libs/reports/api/subject-index/select-keys.js';

const HIGHEST = 300;
const keysArb = fc.uniqueArray(fc.nat(HIGHEST), { maxLength: 120 });
// Sets may be smaller than the highest key, and have keys that the index lacks.
const wantedArb = fc.uniqueArray(fc.nat(2 * HIGHEST), { maxLength: 400 });

function setOf(keys: readonly number[]): Bitset {
  const set = new Bitset(Math.max(0, ...keys) + 1);
  for (const key of keys) set.add(key);
  return set;
}

test('the wanted keys are selected in their order, with places and without', async () => {
  await fc.assert(
    fc.asyncProperty(keysArb, wantedArb, async (keys, wanted) => {
      const ordered = Uint32Array.from(keys);
      const places = await placesOf(ordered, highestOf(ordered));
      const expected = keys.filter((key) => wanted.includes(key));
      expect([...keysAt(ordered, places, setOf(wanted))]).toEqual(expected);
      expect([...(await keysIn(ordered, setOf(wanted)))]).toEqual(expected);
    }),
  );
});

test('many keys are selected in parts, with the same result', async () => {
  const keys = Array.from({ length: 150_000 }, (_, position) => 150_000 - position);
  const wanted = keys.filter((key) => key % 7 === 0);
  const ordered = Uint32Array.from(keys);
  const places = await placesOf(ordered, highestOf(ordered));
  expect(keysAt(ordered, places, setOf(wanted))).toEqual(Uint32Array.from(wanted));
  expect(await keysIn(ordered, setOf(wanted))).toEqual(Uint32Array.from(wanted));
});

const LIMIT_BYTES = 2_000;

function orderOf(name: string, ...keys: number[]) {
  const ordered = Uint32Array.from(keys);
  return { name, keys: ordered, highestKey: highestOf(ordered) };
}

test('the places of an order are made for its second search, and kept', async () => {
  const cache = new OrderPlaces(LIMIT_BYTES);
  const [one, other] = [orderOf('one', 2, 0, 3), orderOf('other', 1)];
  expect(await cache.of(one)).toBeUndefined();
  expect(await cache.of(other)).toBeUndefined();
  const places = await cache.of(one);
  expect(places).toEqual(Uint32Array.of(2, 0, 1, 3));
  expect(await cache.of(one)).toBe(places);
});

test('places that the cache would not store are not made', async () => {
  const cache = new OrderPlaces(LIMIT_BYTES);
  const searchedTwice = async (highest: number) => {
    const order = orderOf(`up to ${highest}`, highest, 1);
    await cache.of(order);
    return { order, places: await cache.of(order) };
  };
  // An entry has an overhead of 500 bytes.
  const { order, places } = await searchedTwice((LIMIT_BYTES - 500) / 4 - 1);
  expect(places).toBeDefined();
  expect(await cache.of(order)).toBe(places);
  expect((await searchedTwice((LIMIT_BYTES - 500) / 4)).places).toBeUndefined();
});
