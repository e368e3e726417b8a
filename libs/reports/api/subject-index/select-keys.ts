import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { Bitset } from '#libs/facts';

/** Keys between two yields to the event loop: up to 0.5 ms of a million keys, 1.5 ms of ten million. */
const KEYS_AT_ONCE = 2 ** 16;

/** The highest of some keys; 0 without keys. */
export function highestOf(keys: Uint32Array): number {
  let highest = 0;
  for (let position = 0; position < keys.length; position++)
    if (keys[position]! > highest) highest = keys[position]!;
  return highest;
}

/**
 * The places of some keys in their order, by key: one more than the position, 0 for other keys.
 * @param highest of the keys
 */
export async function placesOf(keys: Uint32Array, highest: number): Promise<Uint32Array> {
  const places = new Uint32Array(highest + 1);
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    await yieldToEventLoop();
    addPlaces(places, keys, from, Math.min(from + KEYS_AT_ONCE, keys.length));
  }
  return places;
}

/** The loops of this file are apart from the `await`, which makes them two to three times as slow. */
function addPlaces(places: Uint32Array, keys: Uint32Array, from: number, before: number): void {
  for (let position = from; position < before; position++) places[keys[position]!] = position + 1;
}

/** The keys that are in a set, in their order. Looks at each key. */
export async function keysIn(keys: Uint32Array, wanted: Bitset): Promise<Uint32Array> {
  const found = new Uint32Array(Math.min(wanted.count(), keys.length));
  let length = 0;
  for (let from = 0; length < found.length && from < keys.length; from += KEYS_AT_ONCE) {
    if (from > 0) await yieldToEventLoop();
    length = addWanted(found, length, keys.subarray(from, from + KEYS_AT_ONCE), wanted);
  }
  return found.subarray(0, length);
}

/** @returns how many keys are found now */
function addWanted(found: Uint32Array, length: number, keys: Uint32Array, wanted: Bitset): number {
  for (let position = 0; length < found.length && position < keys.length; position++) {
    const key = keys[position]!;
    if (wanted.has(key)) found[length++] = key;
  }
  return length;
}

/**
 * `keysIn`, with the places of the keys: marks the positions of the wanted keys and reads the marks.
 * @param places of the keys
 */
export function keysAt(keys: Uint32Array, places: Uint32Array, wanted: Bitset): Uint32Array {
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
