/** A number for each place, or each key. */
export type Column = Uint8Array | Uint32Array | Int32Array;

/** The windows over which invites and membership changes are counted, in days. */
export type CountWindow = 30 | 60 | 90;

/** A count for each key, or each place, in each window. */
export type WindowCounts = Record<CountWindow, Uint32Array>;

export function windowCounts(size: number): WindowCounts {
  return { 30: new Uint32Array(size), 60: new Uint32Array(size), 90: new Uint32Array(size) };
}

/** Counts one more for `key` in each window that reaches back `age` days. */
export function countInWindows(counts: WindowCounts, key: number, age: number): void {
  if (age >= 90) return;
  counts[90][key]!++;
  if (age >= 60) return;
  counts[60][key]!++;
  if (age >= 30) return;
  counts[30][key]!++;
}

/** The counts of these keys, one after another. */
export function countsOf(keys: Uint32Array, counts: WindowCounts): WindowCounts {
  return {
    30: valuesOf(keys, counts[30]),
    60: valuesOf(keys, counts[60]),
    90: valuesOf(keys, counts[90]),
  };
}

/**
 * The values of these keys, one after another. `Uint32Array.from` does the same ten times slower.
 * @param found where to put them; of negative numbers the bits
 */
export function valuesOf(
  keys: Uint32Array,
  values: Column,
  found: Uint32Array = new Uint32Array(keys.length),
): Uint32Array {
  for (let place = 0; place < keys.length; place++) found[place] = values[keys[place]!]!;
  return found;
}

/** What is left of `some` when `others` are taken away. */
export function difference(some: Uint32Array, others: Uint32Array): Int32Array {
  const left = new Int32Array(some.length);
  for (let place = 0; place < left.length; place++) left[place] = some[place]! - others[place]!;
  return left;
}

/** Instants of these keys, in milliseconds, one after another in seconds. */
export function secondsOf(keys: Uint32Array, ms: Float64Array): Uint32Array {
  const seconds = new Uint32Array(keys.length);
  for (let place = 0; place < keys.length; place++) {
    seconds[place] = Math.floor(ms[keys[place]!]! / 1000);
  }
  return seconds;
}
