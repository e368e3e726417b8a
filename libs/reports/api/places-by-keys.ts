import { LRUCache } from 'lru-cache';
import type { Bitset } from '#libs/facts';
import { keyAt, type PackedList } from './packed-list.query.js';

const CACHE_BYTES = 32 * 1024 * 1024;
const OVERHEAD_BYTES = 300;

/**
 * Finds the places of a list whose keys are in a set. Remembers the latest answers: a list of a million takes some
 * milliseconds, as long as the rest of a page.
 */
export class PlacesByKeys {
  private readonly cache = new LRUCache<string, Uint32Array>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ byteLength }) => byteLength + OVERHEAD_BYTES,
  });
  private readonly numbers = new WeakMap<object, number>();
  private count = 0;

  /** @param places only these places; by default all places of the list */
  of(list: PackedList, keys: Bitset, places?: Uint32Array): Uint32Array {
    const name = [list, keys, places ?? list].map((part) => this.numberOf(part)).join('/');
    const known = this.cache.get(name);
    if (known) return known;
    const found = placesOf(list, keys, places);
    this.cache.set(name, found);
    return found;
  }

  /** Lists and sets never change, so the object stands for its content. */
  private numberOf(part: object): number {
    const number = this.numbers.get(part) ?? ++this.count;
    this.numbers.set(part, number);
    return number;
  }
}

function placesOf(list: PackedList, keys: Bitset, places: Uint32Array | undefined): Uint32Array {
  const length = places?.length ?? list.total;
  const found = new Uint32Array(length);
  let count = 0;
  for (let index = 0; index < length; index++) {
    const place = places ? places[index]! : index;
    if (keys.has(keyAt(list, place))) found[count++] = place;
  }
  return found.slice(0, count);
}
