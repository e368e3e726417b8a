/** The windows over which invites and membership changes are counted, in days. */
const COUNT_WINDOWS = [30, 60, 90] as const;
export type CountWindow = (typeof COUNT_WINDOWS)[number];

/** A count for each key, or each place, in each window. */
export type WindowCounts = Record<CountWindow, Uint32Array>;

export function windowCounts(size: number): WindowCounts {
  return { 30: new Uint32Array(size), 60: new Uint32Array(size), 90: new Uint32Array(size) };
}

/** Counts one more for `key` in each window that reaches back `age` days. */
export function countInWindows(counts: WindowCounts, key: number, age: number): void {
  for (const days of COUNT_WINDOWS) if (age < days) counts[days][key]!++;
}

/** The counts of these keys, one after another. */
export function countsOf(keys: Uint32Array, counts: WindowCounts): WindowCounts {
  const [one, two, three] = COUNT_WINDOWS.map((days) => valuesOf(keys, counts[days]));
  return { 30: one!, 60: two!, 90: three! };
}

/** The values of these keys, one after another. `Uint32Array.from` does the same ten times slower. */
export function valuesOf(keys: Uint32Array, values: Uint32Array): Uint32Array {
  const found = new Uint32Array(keys.length);
  for (let place = 0; place < keys.length; place++) found[place] = values[keys[place]!]!;
  return found;
}

/** The numbers from 0 up to `count` for which something holds, in their order. */
export function placesWhere(count: number, holds: (place: number) => boolean): Uint32Array {
  const places = new Uint32Array(count);
  let found = 0;
  for (let place = 0; place < count; place++) if (holds(place)) places[found++] = place;
  return places.subarray(0, found);
}
