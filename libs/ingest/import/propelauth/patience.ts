import { subscribe } from 'node:diagnostics_channel';
import { within } from '#libs/contracts';

/** Kinds of failures: rate limited, temporary, and permanent. */
export type Failure = 'busy' | 'unwell' | 'final';

const ANSWER_MS = 60_000;
const FAILURES = 5;
const BUSY_TIMES = 30;
const [FIRST_MS, LONGEST_MS] = [1_000, 60_000];

/**
 * Repeats a request until it succeeds. Waits as long as the API requests, otherwise with
 * exponential back-off.
 */
export class Patience {
  /**
   * @param judge classifies an error
   * @param retryAfterMs the wait that the last refusal requested, in milliseconds
   * @param wait waits a number of milliseconds; rejects when the import is stopped
   */
  constructor(
    private readonly judge: (error: unknown) => Failure,
    private readonly retryAfterMs: () => number | undefined,
    private readonly wait: (ms: number) => Promise<void>,
  ) {}

  /** Makes a request. @throws the error of the last attempt */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const seen = { busy: 0, unwell: 0 };
    for (;;) {
      try {
        return await within(ANSWER_MS, question());
      } catch (error) {
        const failure = this.judge(error);
        if (failure === 'final') throw error;
        const times = ++seen[failure];
        if (times >= (failure === 'busy' ? BUSY_TIMES : FAILURES)) throw error;
        const backOff = Math.min(FIRST_MS * 2 ** (times - 1), LONGEST_MS);
        await this.wait(failure === 'busy' ? (this.retryAfterMs() ?? backOff) : backOff);
      }
    }
  }
}

const TOO_MANY = 429;

/**
 * Observes the responses of `fetch`: the official client does not expose the header Retry-After.
 * @returns a function for the wait that the last 429 requested, in milliseconds
 */
export function watchRetryAfter(now: () => number): () => number | undefined {
  let last: number | undefined;
  subscribe('undici:request:headers', (message) => {
    const { response } = message as { response: { statusCode: number; headers: Buffer[] } };
    if (response.statusCode !== TOO_MANY) return;
    const at = response.headers.findIndex((one) => one.toString().toLowerCase() === 'retry-after');
    last = at < 0 ? undefined : readRetryAfter(response.headers[at + 1]!.toString(), now());
  });
  return () => last;
}

/** Converts seconds or an HTTP date to milliseconds from now; undefined for any other value. */
export function readRetryAfter(value: string, now: number): number | undefined {
  if (/^\d{1,6}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
