/**
 * Stateless pseudo-random numbers: the same index of the same stream gives the same number on every machine, in
 * any order. So the reference data can be generated again instead of being stored.
 */

/** A number from 0 to 2^32 - 1 whose bits depend on all bits of the given one (MurmurHash3's finaliser). */
export function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The inverse of `mix`, which is a permutation: its multipliers are odd and its shifts can be inverted. */
function unmix(mixed: number): number {
  let bits = Math.imul(mixed ^ (mixed >>> 16), 0x7ed1b41d);
  bits = Math.imul(bits ^ (bits >>> 13) ^ (bits >>> 26), 0xa5cb9243);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** @param place any whole number @returns a whole number from 0 to 2^32 - 1 */
export function hash(stream: number, place: number): number {
  return mix(mix(place) ^ mix(stream));
}

/** @returns a number from 0 to 1 (exclusive) */
export function chance(stream: number, place: number): number {
  return hash(stream, place) / 2 ** 32;
}

/** A whole number from `low` to `high` (exclusive); `low` if the range is empty. */
export function between(stream: number, place: number, low: number, high: number): number {
  return low + Math.floor(chance(stream, place) * Math.max(0, high - low));
}

/** A unique id in the form of a UUID: 32 hexadecimal digits in five groups. */
export function uuidOf(stream: number, index: number): string {
  // The first eight digits encode the index, so that no two ids are equal.
  const first = hex(mix(index ^ mix(stream)));
  const [second, third, fourth] = [1, 2, 3].map((part) => hex(hash(stream + part, index)));
  return [first, second!.slice(0, 4), `4${second!.slice(5)}`, `8${third!.slice(5)}`]
    .concat(`${third!.slice(0, 4)}${fourth!}`)
    .join('-');
}

/** The index of an id from `uuidOf`. */
export function indexOfUuid(stream: number, id: string): number {
  return (unmix(Number.parseInt(id.slice(0, 8), 16)) ^ mix(stream)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
