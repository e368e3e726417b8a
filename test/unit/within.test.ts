import { expect, test } from '@jest/globals';
import { within } from '#libs/platform';

test('a result or a failure in time is passed on', async () => {
  await expect(within(60_000, Promise.resolve('yes'))).resolves.toBe('yes');
  await expect(within(60_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('an answer that is too late gives a timeout error', async () => {
  const never = new Promise<never>(() => undefined);
  await expect(within(20, never)).rejects.toThrow('no answer within 0.02 s');
});
