import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkInviteeHashKey } from '#libs/platform';
import { ask, cloneDatabase, dropDatabase } from '../../support/database.js';
import { anEvent, send } from '../../support/sending.js';
import { startTestService } from '../../support/service.js';
import { runInsightd } from '../../support/processes.js';

const KEY = randomBytes(32).toString('hex');

let url: string;
beforeAll(async () => {
  url = await cloneDatabase();
});
afterAll(() => dropDatabase(url));

const stored = () =>
  ask<{ key: string | null }>(url, `select encode(invitee_hash_key, 'hex') as key from instance`);
const hashes = () => ask<{ count: number }>(url, 'select count(*)::int as count from invites');
const listKeys = (settings: Record<string, string>) =>
  runInsightd(['keys', 'list'], { DATABASE_URL: url, ...settings });

async function invite(settings: Record<string, string>): Promise<void> {
  const service = await startTestService({ DATABASE_URL: url, ...settings }, 'api');
  const time = '2026-01-31T12:00:00Z';
  await send(service.api, [anEvent('user.invited_to_org', {}, { time })]);
  await service.stop();
}

test('a key from the settings is not in the store, and the store works only with that key', async () => {
  await invite({ INVITEE_HASH_KEY: KEY });
  expect(await stored()).toEqual([{ key: null }]);
  const [without, other, right] = [
    await listKeys({}),
    await listKeys({ INVITEE_HASH_KEY: randomBytes(32).toString('hex') }),
    await listKeys({ INVITEE_HASH_KEY: KEY.toUpperCase() }),
  ];
  expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('INVITEE_HASH_KEY')]);
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('is not the key')]);
  expect(right.code).toBe(0);
});

test('a silent database is not waited for without a limit', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  await expect(
    checkInviteeHashKey(`postgresql://x:x@127.0.0.1:${port}/x`, undefined),
  ).rejects.toThrow(/timeout/);
  silent.close();
}, 30_000);

test('the key that a store generated can be moved to the settings', async () => {
  await ask(url, 'truncate instance, invites');
  await invite({});
  const [{ key }] = (await stored()) as [{ key: string }];
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  await invite({ INVITEE_HASH_KEY: key });
  expect(await stored()).toEqual([{ key: null }]);
  // The same invite is the same hash.
  expect(await hashes()).toEqual([{ count: 1 }]);
});
