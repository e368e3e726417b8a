import { LRUCache } from 'lru-cache';

/** Overhead of a cache entry. */
const OVERHEAD_BYTES = 500;

/** Caches the latest used values up to a number of bytes. Concurrent requests for the same entry share one computation. */
export class BoundedCache<T extends object> {
  private readonly values: LRUCache<string, T>;
  private readonly begun = new Map<string, Promise<T>>();

  /** @param maxBytes values that are larger are returned, but not stored */
  constructor(maxBytes: number, bytes: (value: T) => number) {
    this.values = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (value) => bytes(value) + OVERHEAD_BYTES,
    });
  }

  /** Whether a value of this size is stored. */
  fits(bytes: number): boolean {
    return bytes + OVERHEAD_BYTES <= this.values.maxSize;
  }

  async get(name: string, make: () => Promise<T>): Promise<T> {
    const known = this.values.get(name);
    if (known) return known;
    const making = this.begun.get(name) ?? make().finally(() => this.begun.delete(name));
    this.begun.set(name, making);
    const made = await making;
    this.values.set(name, made);
    return made;
  }
}
