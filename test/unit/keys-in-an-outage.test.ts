import { expect, test } from '@jest/globals';
import type { Database } from '#libs/database';
import { hash } from '../../libs/platform/access/hash.js';
import { KeysService } from '../../libs/platform/access/keys.service.js';
import { StaleOnErrorCache } from '../../libs/platform/access/stale-on-error-cache.js';

const away = () =>
  Promise.reject(Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' }));

test('wrong secrets do not evict a valid one', async () => {
  const cache = new StaleOnErrorCache<string>('key');
  const valid = hash('valid');
  await cache.answer(valid, 0, () => Promise.resolve('Ann'));
  for (let i = 0; i < 11_000; i++) {
    await cache.answer(hash(`wrong ${i}`), 0, () => Promise.resolve(undefined));
  }
  expect(await cache.answer(valid, 60_000, away)).toBe('Ann');
  expect(await cache.answer(hash('wrong 10999'), 60_000, away)).toBeUndefined();
  await expect(cache.answer(hash('wrong 0'), 60_000, away)).rejects.toThrow('cannot be checked');
});

test('the latest answer counts, valid or wrong', async () => {
  const cache = new StaleOnErrorCache<string>('key');
  const secret = hash('secret');
  for (const [index, answer] of ['Ann', undefined, 'Bob', undefined].entries()) {
    const now = index * 60_000;
    expect(await cache.answer(secret, now, () => Promise.resolve(answer))).toBe(answer);
    expect(await cache.answer(secret, now + 30_000, away)).toBe(answer);
  }
});

test('a text that cannot be a key is wrong without a question to the database', async () => {
  const prisma = { apiKey: { findUnique: away } };
  const keys = new KeysService({ prisma } as unknown as Database, {});
  expect(await keys.identify('not a key', 0)).toBeUndefined();
  const possible = `insightd_${'0'.repeat(12)}_${'a'.repeat(43)}`;
  await expect(keys.identify(possible, 0)).rejects.toThrow('cannot be checked');
});
