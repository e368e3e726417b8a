import { expect, test } from '@jest/globals';
import { Patience, readRetryAfter, type Failure } from '#libs/ingest';

/** The pauses in seconds when a request fails so many times, and the result. */
async function asked(failure: Failure, times: number, retryAfterMs?: number) {
  const waited: number[] = [];
  const patience = new Patience(
    () => failure,
    () => retryAfterMs,
    (ms) => Promise.resolve(void waited.push(ms / 1000)),
  );
  let left = times;
  const question = () => (left-- > 0 ? Promise.reject(new Error('no')) : Promise.resolve('yes'));
  const answer = await patience.ask(question).catch((error: Error) => error.message);
  return { waited, answer };
}

test('a failing request is tried five times, with growing pauses', async () => {
  expect(await asked('unwell', 2)).toEqual({ waited: [1, 2], answer: 'yes' });
  expect(await asked('unwell', 9)).toEqual({ waited: [1, 2, 4, 8], answer: 'no' });
});

test('a busy server is waited for as long as it asks, by default up to a minute', async () => {
  expect(await asked('busy', 2, 7_000)).toEqual({ waited: [7, 7], answer: 'yes' });
  const { waited, answer } = await asked('busy', 8);
  expect(waited).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect(answer).toBe('yes');
});

test('a permanent error is not retried', async () => {
  expect(await asked('final', 1)).toEqual({ waited: [], answer: 'no' });
});

test('Retry-After may be seconds or a date', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  expect(readRetryAfter('3', now)).toBe(3_000);
  expect(readRetryAfter('Sat, 31 Jan 2026 12:00:05 GMT', now)).toBe(5_000);
  expect(readRetryAfter('Sat, 31 Jan 2026 11:00:00 GMT', now)).toBe(0);
  expect(readRetryAfter('soon', now)).toBeUndefined();
});
