import type { Column } from './columns.js';

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const WORD_BITS = 32;

export type Direction = 'ascending' | 'descending';

/** Keys, and by what each is sorted. */
interface Keyed {
  keys: Uint32Array;
  values: Uint32Array;
}

/**
 * Sorts keys by a column, keeping the order of those that are equal: a radix sort, lowest digit first, of
 * as many digits as the values lie apart. A million keys take 25 ms by three digits; sorting them as
 * 64-bit numbers with the engine's own sort took 130.
 */
export function stableSort(keys: Uint32Array, column: Column, direction: Direction): Uint32Array {
  const { values, farthest } = distances(keys, column, direction);
  let from: Keyed = { keys, values };
  let used: Keyed | undefined;
  for (let shift = 0; shift < WORD_BITS && farthest >>> shift > 0; shift += DIGIT_BITS) {
    const to = used ?? room(keys.length);
    sortByDigit(from, to, shift);
    // Not that of the caller.
    used = from.keys === keys ? undefined : from;
    from = to;
  }
  return from.keys;
}

function room(count: number): Keyed {
  return { keys: new Uint32Array(count), values: new Uint32Array(count) };
}

/** How far the value of each key is from the one that sorts first, and how far the farthest is. */
function distances(keys: Uint32Array, column: Column, direction: Direction) {
  const values = new Uint32Array(keys.length);
  let [lowest, highest] = [Infinity, -Infinity];
  for (let place = 0; place < keys.length; place++) {
    const value = column[keys[place]!]!;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    values[place] = value;
  }
  // The arrays hold 32 bits, so distances are right also between numbers of which some are negative.
  if (direction === 'ascending') {
    for (let place = 0; place < values.length; place++) values[place]! -= lowest;
  } else {
    for (let place = 0; place < values.length; place++) values[place] = highest - values[place]!;
  }
  return { values, farthest: Math.max(highest - lowest, 0) };
}

function sortByDigit(from: Keyed, to: Keyed, shift: number): void {
  const places = digitPlaces(from.values, shift);
  for (let place = 0; place < from.keys.length; place++) {
    const value = from.values[place]!;
    const sortedPlace = places[(value >>> shift) & (DIGITS - 1)]!++;
    to.keys[sortedPlace] = from.keys[place]!;
    to.values[sortedPlace] = value;
  }
}

/** Where the first value of each digit goes. */
function digitPlaces(values: Uint32Array, shift: number): Uint32Array {
  const places = new Uint32Array(DIGITS);
  for (let place = 0; place < values.length; place++) {
    places[(values[place]! >>> shift) & (DIGITS - 1)]!++;
  }
  let before = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = places[digit]!;
    places[digit] = before;
    before += count;
  }
  return places;
}
