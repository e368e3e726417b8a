import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { Bitset } from '#libs/facts';

/** Keys between two yields to the event loop: about 3 ms. */
const KEYS_AT_ONCE = 2 ** 16;

/** The places of some keys in their order, by key: one more than the position, 0 for other keys. */
export async function placesOf(keys: Uint32Array): Promise<Uint32Array> {
  let highest = 0;
  for (let position = 0; position < keys.length; position++)
    if (keys[position]! > highest) highest = keys[position]!;
  const places = new Uint32Array(highest + 1);
  for (let position = 0; position < keys.length; position++) {
    if (position % KEYS_AT_ONCE === 0) await yieldToEventLoop();
    places[keys[position]!] = position + 1;
  }
  return places;
}

/**
 * The keys that are in all sets, in their order. Marks the positions of the wanted keys and reads the marks, instead of looking
 * at each key: 2.3 → 0.17 ms for ten of a million keys.
 * @param places of the keys
 * @param sets at least one
 */
export function keysInAll(
  keys: Uint32Array,
  places: Uint32Array,
  sets: readonly Bitset[],
): Uint32Array {
  const wanted = sets.reduce((one, other) => one.and(other));
  const positions = new Bitset(keys.length);
  let count = 0;
  wanted.forEach((key) => {
    const place = places[key];
    if (!place) return;
    positions.add(place - 1);
    count++;
  });
  const found = new Uint32Array(count);
  let length = 0;
  positions.forEach((position) => (found[length++] = keys[position]!));
  return found;
}
