import { expect, test } from '@jest/globals';
import fc from 'fast-check';

test('a test that runs again has the same random input, so a failure does not pass by chance', () => {
  const input = () => fc.sample(fc.string(), 5);
  expect(input()).toEqual(input());
});
