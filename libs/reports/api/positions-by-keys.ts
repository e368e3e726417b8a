import { LRUCache } from 'lru-cache';
import type { Bitset } from '#libs/facts';
import { keyAt, type PackedList } from './packed-list.query.js';

const CACHE_BYTES = 32 * 1024 * 1024;
const OVERHEAD_BYTES = 300;

/**
 * Finds the positions of a list whose keys are in a set. Remembers the latest answers: a list of a million takes some
 * milliseconds, as long as the rest of a page.
 */
export class PositionsByKeys {
  private readonly cache = new LRUCache<string, Uint32Array>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ byteLength }) => byteLength + OVERHEAD_BYTES,
  });
  private readonly numbers = new WeakMap<object, number>();
  private count = 0;

  /** @param positions only these positions; by default all positions of the list */
  of(list: PackedList, keys: Bitset, positions?: Uint32Array): Uint32Array {
    const name = [list, keys, positions ?? list].map((part) => this.numberOf(part)).join('/');
    const known = this.cache.get(name);
    if (known) return known;
    const found = positionsOf(list, keys, positions);
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

function positionsOf(
  list: PackedList,
  keys: Bitset,
  positions: Uint32Array | undefined,
): Uint32Array {
  const length = positions?.length ?? list.total;
  const found = new Uint32Array(length);
  let count = 0;
  for (let index = 0; index < length; index++) {
    const position = positions ? positions[index]! : index;
    if (keys.has(keyAt(list, position))) found[count++] = position;
  }
  return found.slice(0, count);
}
