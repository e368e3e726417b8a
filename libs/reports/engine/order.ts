import type { Column } from './columns.js';
import type { ScratchBuffers } from './scratch-buffers.js';

/** Wider digits need fewer passes, but scatter to more positions than the processor's caches hold. */
const MOST_DIGIT_BITS = 11;
const WORD_BITS = 32;

export type Direction = 'ascending' | 'descending';

/** Keys, and one number for each. */
interface Keyed {
  keys: Uint32Array;
  values: Uint32Array;
}

// Reused by each sort. In fresh memory, which costs a fault per page, a sort took three times as long.
const scratch = {
  keys: [new Uint32Array(0), new Uint32Array(0)],
  values: [new Uint32Array(0), new Uint32Array(0)],
};
const counters = new Uint32Array(1 << MOST_DIGIT_BITS);

/**
 * Sorts keys by a column; the order of equal keys is kept.
 * @returns an array in `memory`, or `keys` itself when there is nothing to sort
 */
export function stableSort(
  keys: Uint32Array,
  column: Column,
  direction: Direction,
  memory: ScratchBuffers,
): Uint32Array {
  const values = room('values', 0, keys.length);
  let [lowest, highest] = [Infinity, -Infinity];
  for (let position = 0; position < keys.length; position++) {
    const value = column[keys[position]!]!;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    values[position] = value;
  }
  // 32-bit arithmetic wraps around, so differences are right for negative values too.
  if (lowest !== 0)
    for (let position = 0; position < keys.length; position++) values[position]! -= lowest;
  return sortByValue({ keys, values }, highest - lowest, direction, memory).keys;
}

/**
 * Sorts keys by their counts, greatest first; the order of equal keys is kept.
 * @returns the keys, and as `values` the counts in the same order
 */
export function greatestFirst(
  keys: Uint32Array,
  counts: Uint32Array,
  memory: ScratchBuffers,
): Keyed {
  let greatest = 0;
  for (let position = 0; position < counts.length; position++) {
    if (counts[position]! > greatest) greatest = counts[position]!;
  }
  return sortByValue({ keys, values: counts }, greatest, 'descending', memory);
}

/**
 * Radix sort, lowest digit first, with as many digits as the highest value needs. A million keys with three digits
 * take 25 ms; sorting them as 64-bit numbers with the built-in sort took 130 ms.
 */
function sortByValue(
  keyed: Keyed,
  highest: number,
  direction: Direction,
  memory: ScratchBuffers,
): Keyed {
  const count = keyed.keys.length;
  const bits = count === 0 ? 0 : WORD_BITS - Math.clz32(highest);
  const passes = Math.ceil(bits / MOST_DIGIT_BITS);
  const digit = { bits: Math.ceil(bits / passes), shift: 0, direction };
  let from = keyed;
  for (let pass = 1; pass <= passes; pass++, digit.shift += digit.bits) {
    const isLast = pass === passes;
    const to = isLast
      ? { keys: memory.allocate(count), values: memory.allocate(count) }
      : { keys: room('keys', pass, count), values: room('values', pass, count) };
    sortByDigit(from, to, digit);
    from = to;
  }
  return from;
}

/** A buffer that the pass does not read from. */
function room(of: keyof typeof scratch, pass: number, count: number): Uint32Array {
  if (scratch[of][pass % 2]!.length < count) scratch[of][pass % 2] = new Uint32Array(count);
  return scratch[of][pass % 2]!.subarray(0, count);
}

/** A digit of the values: `bits` bits from bit `shift` on. */
interface Digit {
  bits: number;
  shift: number;
  direction: Direction;
}

function sortByDigit({ keys, values }: Keyed, to: Keyed, digit: Digit): void {
  const { keys: toKeys, values: toValues } = to;
  const positions = digitPositions(values, keys.length, digit);
  const [mask, shift] = [positions.length - 1, digit.shift];
  for (let position = 0; position < keys.length; position++) {
    const value = values[position]!;
    const target = positions[(value >>> shift) & mask]!++;
    toKeys[target] = keys[position]!;
    toValues[target] = value;
  }
}

/** The position of the first value of each digit; valid until the next call. */
function digitPositions(
  values: Uint32Array,
  count: number,
  { bits, shift, direction }: Digit,
): Uint32Array {
  const positions = counters.subarray(0, 1 << bits).fill(0);
  const mask = positions.length - 1;
  for (let position = 0; position < count; position++)
    positions[(values[position]! >>> shift) & mask]!++;
  let before = 0;
  for (let index = 0; index < positions.length; index++) {
    const digit = direction === 'ascending' ? index : mask - index;
    const ofDigit = positions[digit]!;
    positions[digit] = before;
    before += ofDigit;
  }
  return positions;
}
