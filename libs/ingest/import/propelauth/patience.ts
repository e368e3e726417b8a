import { subscribe } from 'node:diagnostics_channel';
import { within } from '#libs/platform';

/** What is tried again, and what never becomes better by waiting. */
export type Failure = 'busy' | 'unwell' | 'final';

const ANSWER_MS = 60_000;
const FAILURES = 5;
const BUSY_TIMES = 30;
const [FIRST_MS, LONGEST_MS] = [1_000, 60_000];

/** Asks until there is an answer: waits as long as it is told to, else twice as long each time. */
export class Patience {
  /**
   * @param judge what a failure is
   * @param retryAfterMs for how long the last refusal asked to wait, if it did
   * @param wait milliseconds; ends early when the import is stopped
   */
  constructor(
    private readonly judge: (error: unknown) => Failure,
    private readonly retryAfterMs: () => number | undefined,
    private readonly wait: (ms: number) => Promise<void>,
  ) {}

  /** @throws what the last attempt threw */
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
 * Watches what `fetch` is answered, for the official client does not hand on the header Retry-After.
 * @returns for how long the last 429 asked to wait, in milliseconds
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

/** Reads seconds or an HTTP date, to milliseconds from now; undefined when it is neither. */
export function readRetryAfter(value: string, now: number): number | undefined {
  if (/^\d{1,6}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
