import { LRUCache } from 'lru-cache';
import { ApiError } from '#libs/contracts';
import { isDatabaseAway } from '#libs/database';

// A revoked key stops working in every process within this time.
const FRESH_MS = 1_000;
const MAX_VALID = 10_000;
const MAX_WRONG = 1_000;

interface CachedAnswer<T> {
  /** Undefined for a wrong secret. */
  answer: T | undefined;
  askedAt: number;
}

/** Caches the database's answers about secrets for a second, and longer while the database is unavailable. */
export class StaleOnErrorCache<T> {
  private readonly valid = new LRUCache<string, CachedAnswer<T>>({ max: MAX_VALID });
  /** Kept apart, so that any number of wrong secrets evicts no valid one. */
  private readonly wrong = new LRUCache<string, CachedAnswer<T>>({ max: MAX_WRONG });

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
    const known = this.valid.get(name) ?? this.wrong.get(name);
    if (known && Math.abs(now - known.askedAt) < FRESH_MS) return known.answer;
    try {
      const answer = await ask();
      this.keep(name, { answer, askedAt: now });
      return answer;
    } catch (cause) {
      if (!isDatabaseAway(cause)) throw cause;
      if (known) return known.answer;
      const message = `The ${this.what} cannot be checked while the database is unavailable.`;
      throw new ApiError('unavailable', message, { retryAfterSeconds: 2, cause });
    }
  }

  forgetAll(): void {
    this.valid.clear();
    this.wrong.clear();
  }

  forget(secretHash: Uint8Array): void {
    const name = Buffer.from(secretHash).toString('base64');
    this.valid.delete(name);
    this.wrong.delete(name);
  }

  private keep(name: string, cached: CachedAnswer<T>): void {
    const isWrong = cached.answer === undefined;
    (isWrong ? this.valid : this.wrong).delete(name);
    (isWrong ? this.wrong : this.valid).set(name, cached);
  }
}
