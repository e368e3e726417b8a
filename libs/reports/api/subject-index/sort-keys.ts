import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** How to sort by a value. */
export interface ValueOrder {
  isDescending: boolean;
  /** Whether 0 means null. Nulls are last in both directions. */
  isZeroNull: boolean;
}

/**
 * Sorts keys by their values; the order of keys with equal values is kept. Radix sort, a million keys in about 40 ms. It
 * yields to the event loop between passes, because it runs where requests are answered.
 * @param values one per key; overwritten
 */
export async function sortedByValue(
  keys: Uint32Array,
  values: Uint32Array,
  order: ValueOrder,
): Promise<Uint32Array> {
  const highest = toAscending(values, order);
  let from: Keyed = { keys: keys.slice(), values };
  let to: Keyed = { keys: new Uint32Array(keys.length), values: new Uint32Array(keys.length) };
  for (let shift = 0; shift < 32 && highest >>> shift !== 0; shift += DIGIT_BITS) {
    await yieldToEventLoop();
    sortByDigit(from, to, shift);
    [from, to] = [to, from];
  }
  return from.keys;
}

/** Replaces values by numbers from 0 that sort in ascending order. @returns the highest */
function toAscending(values: Uint32Array, { isDescending, isZeroNull }: ValueOrder): number {
  let [lowest, highest] = [2 ** 32 - 1, 0];
  for (let place = 0; place < values.length; place++) {
    const value = values[place]!;
    if (isZeroNull && value === 0) continue;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  if (lowest > highest) {
    values.fill(0);
    return 0;
  }
  const last = highest - lowest + 1;
  for (let place = 0; place < values.length; place++) {
    const value = values[place]!;
    if (isZeroNull && value === 0) values[place] = last;
    else values[place] = isDescending ? highest - value : value - lowest;
  }
  return isZeroNull ? last : last - 1;
}

interface Keyed {
  keys: Uint32Array;
  values: Uint32Array;
}

function sortByDigit(from: Keyed, to: Keyed, shift: number): void {
  const { keys, values } = from;
  const positions = new Uint32Array(DIGITS + 1);
  const mask = DIGITS - 1;
  for (let place = 0; place < values.length; place++)
    positions[((values[place]! >>> shift) & mask) + 1]!++;
  for (let digit = 0; digit < DIGITS; digit++) positions[digit + 1]! += positions[digit]!;
  for (let place = 0; place < values.length; place++) {
    const value = values[place]!;
    const target = positions[(value >>> shift) & mask]!++;
    to.keys[target] = keys[place]!;
    to.values[target] = value;
  }
}
