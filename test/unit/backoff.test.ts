import { expect, test } from '@jest/globals';
import { Backoff } from '../../libs/reports/runs/backoff.js';

test('pauses grow to a minute, last as long as reported, and restart after a success', () => {
  let now = 0;
  const backoff = new Backoff(() => now);
  expect(backoff.isResting()).toBe(false);
  const pauses = Array.from({ length: 9 }, () => backoff.rest());
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  now = 59_999;
  expect(backoff.isResting()).toBe(true);
  now = 60_000;
  expect(backoff.isResting()).toBe(false);
  backoff.end();
  expect(backoff.rest()).toBe(1);
});
