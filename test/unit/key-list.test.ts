import { expect, test } from '@jest/globals';
import { keyList } from '../../libs/charts/engagement/chart-subjects.query.js';

test('a list of keys is the text of an array of PostgreSQL', async () => {
  expect(await keyList([])).toBe('{}');
  expect(await keyList([7, 3, 2_147_483_647])).toBe('{7,3,2147483647}');
});

test('a long list of keys leaves turns to other work', async () => {
  const keys = Array.from({ length: 1_000_000 }, (_, index) => index);
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const text = await keyList(keys);
  isDone = true;
  expect(turns).toBeGreaterThan(10);
  expect(text).toBe(`{${keys.join(',')}}`);
});
