import { unixSeconds } from '#libs/contracts/plain';
import { COUNT_WINDOWS, type CountWindow } from './count-windows.js';

/** One number per position or key. */
export type Column = Uint8Array | Uint32Array | Int32Array;

/** One count per key or position, for each window. */
export type WindowCounts = Record<CountWindow, Uint32Array>;

/** One column per window. @param make receives the window and its index */
export function perWindow(make: (days: CountWindow, index: number) => Uint32Array): WindowCounts {
  return Object.fromEntries(
    COUNT_WINDOWS.map((days, index) => [days, make(days, index)]),
  ) as WindowCounts;
}

/**
 * The values of these keys, in their order. `Uint32Array.from` is ten times slower.
 * @param found receives the values; negative numbers as their bits
 */
export function valuesOf(
  keys: Uint32Array,
  values: Column,
  found: Uint32Array = new Uint32Array(keys.length),
): Uint32Array {
  for (let position = 0; position < keys.length; position++)
    found[position] = values[keys[position]!]!;
  return found;
}

/** One more than the highest of some keys. `Math.max` and `reduce` took five times as long. */
export function sizeFor(keys: Uint32Array): number {
  let size = 0;
  for (let position = 0; position < keys.length; position++)
    if (keys[position]! >= size) size = keys[position]! + 1;
  return size;
}

/** `some` minus `others`, element by element. */
export function difference(some: Uint32Array, others: Uint32Array): Int32Array {
  const left = new Int32Array(some.length);
  for (let position = 0; position < left.length; position++)
    left[position] = some[position]! - others[position]!;
  return left;
}

/**
 * The instants of these keys, in their order, converted from milliseconds to whole seconds.
 * @param seconds receives them
 */
export function secondsOf(keys: Uint32Array, ms: Float64Array, seconds: Uint32Array): Uint32Array {
  for (let position = 0; position < keys.length; position++) {
    seconds[position] = unixSeconds(ms[keys[position]!]!);
  }
  return seconds;
}
