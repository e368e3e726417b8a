import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { keyShapes, type KeyList, type CreatedKey } from '#libs/contracts';
import { waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { keys, plantKey } from '../../support/keys.js';
import type { Problem } from '../../support/sending.js';
import { startTestService, TEST_KEY, type TestService } from '../../support/service.js';

const KEYS = '/api/admin/v1/keys';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({}, 'api');
});
afterAll(() => service.close());

const remove = (path: string, key = TEST_KEY) =>
  fetch(service.origin + path, { method: 'DELETE', headers: { Authorization: `Bearer ${key}` } });
const list = async () => (await service.api.get<KeyList>(KEYS)).body;

test('an administrator creates a working key, lists it without its secret, and revokes it', async () => {
  const wanted = { name: ' my “app” 1 ', scopes: ['admin', 'read', 'read'] };
  const made = await service.api.post<CreatedKey>(KEYS, wanted);
  expect([made.status, keyShapes.createdKey.safeParse(made.body).error]).toEqual([201, undefined]);
  expect(made.body).toMatchObject({ name: 'my “app” 1', scopes: ['read', 'admin'] });
  const headers = { Authorization: `Bearer ${made.body.key}` };
  const listed = await service.api.get<KeyList>(KEYS, headers);
  expect(keyShapes.keyList.safeParse(listed.body).error).toBeUndefined();
  const mine = listed.body.keys.find(({ name }) => name === 'my “app” 1')!;
  expect(mine).toMatchObject({ scopes: ['read', 'admin'], revoked_at: null });
  expect(JSON.stringify(listed.body)).not.toContain(made.body.key.slice(-43));

  expect((await remove(`${KEYS}/${mine.key_id}`)).status).toBe(204);
  await waitFor(async () =>
    (await service.api.get(KEYS, headers)).status === 401 ? true : undefined,
  );
  expect(
    (await list()).keys.find(({ key_id: id }) => id === mine.key_id)!.revoked_at,
  ).not.toBeNull();
  expect((await remove(`${KEYS}/${mine.key_id}`)).status).toBe(404);
  expect((await remove(`${KEYS}/none`)).status).toBe(404);
});

test.each([
  ['name', { scopes: ['read'] }],
  ['name', { name: ' ', scopes: ['read'] }],
  ['name', { name: 5, scopes: ['read'] }],
  ['name', { name: 'x'.repeat(101), scopes: ['read'] }],
  ['name', { name: 'two\nlines', scopes: ['read'] }],
  ['name', { name: 'turned \u202e round', scopes: ['read'] }],
  ['scopes', { name: 'x' }],
  ['scopes', { name: 'x', scopes: [] }],
  ['scopes', { name: 'x', scopes: 'read' }],
  ['scopes', { name: 'x', scopes: ['read', 'root'] }],
  ['scope', { name: 'x', scopes: ['read'], scope: 'admin' }],
])('a wrong %s is refused: %j', async (field, body) => {
  const { status, body: problem } = await service.api.post<
    Problem & { errors: Record<string, string[]> }
  >(KEYS, body);
  expect([status, Object.keys(problem.errors).map((path) => path.split('.')[0])]).toEqual([
    400,
    [field],
  ]);
});

test('the command line applies the same rules', async () => {
  const create = (name: string, scopes: string) =>
    keys(service.databaseUrl, 'create', '--name', name, '--scopes', scopes);
  await expect(create('x'.repeat(101), 'read')).rejects.toThrow('1 to 100 printable characters');
  await expect(create('x', 'read,root')).rejects.toThrow(
    'some of read, ingest, track, erase, admin',
  );
});

test('a key of another scope and a page of another site are refused', async () => {
  const reader = await plantKey(service.databaseUrl, 'reader', 'read', 'ingest');
  const authorization = { Authorization: `Bearer ${reader}` };
  const wanted = { name: 'x', scopes: ['admin'] };
  expect((await service.api.get(KEYS, authorization)).status).toBe(403);
  expect((await service.api.post(KEYS, wanted, authorization)).status).toBe(403);
  expect((await remove(`${KEYS}/none`, reader)).status).toBe(403);

  const signedIn = await fetch(`${service.origin}/session`, {
    method: 'POST',
    body: JSON.stringify({ key: TEST_KEY }),
  });
  const cookie = { Cookie: signedIn.headers.get('set-cookie')!.split(';')[0]! };
  const made = (headers: Record<string, string>) =>
    fetch(service.origin + KEYS, {
      method: 'POST',
      headers: { ...cookie, ...headers },
      body: JSON.stringify(wanted),
    });
  expect((await made({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(403);
  expect((await made({ 'X-Insightd': '1', 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  expect((await made({ 'X-Insightd': '1', 'Sec-Fetch-Site': 'same-origin' })).status).toBe(201);
  const rows = await ask(service.databaseUrl, `select from api_keys where name = 'x'`);
  expect(rows).toHaveLength(1);
});
