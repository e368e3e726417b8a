import { expect, test } from '@jest/globals';
import fc from 'fast-check';

test('a test that is run once more has the same random input: what it has found does not pass by chance', () => {
  const input = () => fc.sample(fc.string(), 5);
  expect(input()).toEqual(input());
});
