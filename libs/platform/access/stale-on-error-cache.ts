import { LRUCache } from 'lru-cache';
import { ApiError } from '#libs/contracts';
import { isDatabaseAway } from '#libs/database';

// A revoked key stops working in every process within this time.
const FRESH_MS = 1_000;
const MOST = 10_000;

interface CachedAnswer<T> {
  answer: T | undefined;
  askedAt: number;
}

/** Caches the database's answers about secrets for a second, and longer while the database is unavailable. */
export class StaleOnErrorCache<T> {
  private readonly known = new LRUCache<string, CachedAnswer<T>>({ max: MOST });

  /** @param what the kind of secret, for the error message */
  constructor(private readonly what: string) {}

  /**
   * Returns the cached answer while it is fresh, otherwise calls `ask`.
   * @param now milliseconds since 1970
   * @throws ApiError `unavailable` when the database is unavailable and the answer is not cached
   */
  async answer(
    secretHash: Uint8Array,
    now: number,
    ask: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const name = Buffer.from(secretHash).toString('base64');
    const known = this.known.get(name);
    if (known && Math.abs(now - known.askedAt) < FRESH_MS) return known.answer;
    try {
      const answer = await ask();
      this.known.set(name, { answer, askedAt: now });
      return answer;
    } catch (cause) {
      if (!isDatabaseAway(cause)) throw cause;
      if (known) return known.answer;
      const message = `The ${this.what} cannot be checked while the database is unavailable.`;
      throw new ApiError('unavailable', message, { retryAfterSeconds: 2, cause });
    }
  }

  forgetAll(): void {
    this.known.clear();
  }

  forget(secretHash: Uint8Array): void {
    this.known.delete(Buffer.from(secretHash).toString('base64'));
  }
}
