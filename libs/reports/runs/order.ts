const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * Sorts keys by a number each, keeping the order of those that are equal. The number and the present
 * place make one 64-bit value, so the engine's native sort does it without a comparing function.
 * @param value a whole number from 0 to 2^32 - 1
 */
export function stableSort(keys: Uint32Array, value: (key: number) => number): Uint32Array {
  const halves = new Uint32Array(keys.length * 2);
  const [low, high] = LITTLE_ENDIAN ? [0, 1] : [1, 0];
  for (let place = 0; place < keys.length; place++) {
    halves[place * 2 + low] = place;
    halves[place * 2 + high] = value(keys[place]!);
  }
  new BigUint64Array(halves.buffer).sort();
  return keys.map((_, place) => keys[halves[place * 2 + low]!]!);
}

const TOP = 2 ** 32 - 1;
const MIDDLE = 2 ** 31;

/** Turns a whole number, 0 or more, so that the greater sorts first. */
export const descending = (value: number): number => TOP - value;

/** Turns a whole number of either sign so that the smaller sorts first. */
export const ascending = (value: number): number => MIDDLE + value;
