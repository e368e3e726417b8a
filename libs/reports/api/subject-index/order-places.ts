import { BoundedCache } from '../bounded-cache.js';
import { placesOf } from './select-keys.js';

export interface KeyOrder {
  /** Equal names mean equal orders. */
  name: string;
  keys: Uint32Array;
  highestKey: number;
}

/**
 * Caches the places of the keys of orders. An order that is searched once gets none: they take as long as three or four
 * searches of few keys save (`IndexOrders.selected`).
 */
export class OrderPlaces {
  private readonly cache: BoundedCache<Uint32Array>;
  private readonly searched = new WeakSet<KeyOrder>();

  constructor(maxBytes: number) {
    this.cache = new BoundedCache(maxBytes, (places) => places.byteLength);
  }

  /** The places for a search of an order; undefined for its first search, and when the cache would not store them. */
  async of(order: KeyOrder): Promise<Uint32Array | undefined> {
    const { name, keys, highestKey } = order;
    if (!this.cache.fits((highestKey + 1) * Uint32Array.BYTES_PER_ELEMENT)) return undefined;
    if (this.searched.has(order)) return this.cache.get(name, () => placesOf(keys, highestKey));
    this.searched.add(order);
    return undefined;
  }
}
