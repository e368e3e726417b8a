import { expect, test } from '@jest/globals';
import { endsWithin, within } from '#libs/contracts';

test('a result or a failure in time is passed on', async () => {
  await expect(within(60_000, Promise.resolve('yes'))).resolves.toBe('yes');
  await expect(within(60_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('an answer that is too late gives a timeout error', async () => {
  const never = new Promise<never>(() => undefined);
  await expect(within(20, never)).rejects.toThrow('no answer within 0.02 s');
});

test('an answer that fails after the limit does not end the process', async () => {
  let fail = (_error: Error): void => undefined;
  const answer = new Promise<never>((_, reject) => (fail = reject));
  await expect(within(1, answer, () => new Error('too late'))).rejects.toThrow('too late');
  fail(new Error('nothing waits for this'));
  await new Promise((resolve) => setImmediate(resolve));
});

test('whether work ends well in time', async () => {
  const never = new Promise<never>(() => undefined);
  const ends = [Promise.resolve(1), Promise.reject(new Error('no')), never];
  expect(await Promise.all(ends.map((work) => endsWithin(20, work)))).toEqual([true, false, false]);
});
