import { COUNT_WINDOWS, type CountWindow } from './count-windows.js';

/** A number for each place, or each key. */
export type Column = Uint8Array | Uint32Array | Int32Array;

/** A count for each key, or each place, in each window. */
export type WindowCounts = Record<CountWindow, Uint32Array>;

/** One column for each window, which `make` is handed with its index among them. */
export function perWindow(make: (days: CountWindow, index: number) => Uint32Array): WindowCounts {
  return Object.fromEntries(
    COUNT_WINDOWS.map((days, index) => [days, make(days, index)]),
  ) as WindowCounts;
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
