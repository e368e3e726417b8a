import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  auditShapes,
  type AuditEntry,
  type AuditPage,
  type CreatedKey,
  type KeyList,
} from '#libs/contracts';
import pg from 'pg';
import { Api, waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { insightdOn, plantKey } from '../../support/keys.js';
import { userCreated } from '../../support/model/fixtures/builders.js';
import { anEvent, EVENTS_PATH, problem } from '../../support/sending.js';
import { startTestService, TEST_KEY, type TestService } from '../../support/service.js';
import { dropOldEntries } from '../../../libs/platform/audit/audit.query.js';

const AUDIT = '/api/admin/v1/audit';
const ID = 'u-4711@corp.example';
const DEFAULT = { kind: 'key', name: 'default', key_id: 'configured' };

let service: TestService;
beforeAll(async () => {
  service = await startTestService({}, 'api');
  await service.api.ingest([userCreated(ID, '2024-06-01'), userCreated('other', '2024-06-01')]);
});
afterAll(() => service.close());

async function entries(query = ''): Promise<AuditEntry[]> {
  const { status, body } = await service.api.get<AuditPage>(`${AUDIT}?page_size=100&${query}`);
  expect([status, auditShapes.auditPage.safeParse(body).error]).toEqual([200, undefined]);
  return body.entries;
}

const latest = async (action: string): Promise<AuditEntry> =>
  (await entries(`action=${action}`))[0]!;
const create = (body: object) => service.api.post<CreatedKey>('/api/admin/v1/keys', body);
const deletion = (userId: string) => ({ ...anEvent('user.deleted'), data: { user_id: userId } });

test('changes and exports by the API are recorded with who, what and from where', async () => {
  const { api } = service;
  const key = (await create({ name: 'mine', scopes: ['read'] })).body;
  await api.send('DELETE', `/api/admin/v1/keys/${key.key_id}`);
  await api.put('/api/admin/v1/exclusions', {
    email_domains: ['excluded.example'],
    user_ids: ['x'],
  });
  await api.put('/api/admin/v1/exclusions', {});
  const segment = { name: 'About Ann', subject: 'user', where: [['role', 'is', 'Owner']] };
  const saved = (await api.post<{ id: string }>('/api/insights/v1/segments', segment)).body.id;
  await api.put(`/api/insights/v1/segments/${saved}`, segment);
  await api.send('DELETE', `/api/insights/v1/segments/${saved}`);
  const run = await api.requestRun('2025-03-31');
  await api.send('DELETE', `/api/admin/v1/report_runs/${run}`);
  await api.send('GET', '/api/admin/v1/dead_letters/export');
  await api.post('/api/admin/v1/dead_letters/replay', {});
  await api.get('/api/insights/v1/users/other/export');
  await api.send('DELETE', '/api/admin/v1/sessions?key_id=none');

  const recorded = (await entries()).reverse().map(({ action, target, details, actor, ip }) => {
    expect([actor, ip]).toEqual([DEFAULT, expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/)]);
    return [action, target, details];
  });
  const hashed = expect.stringMatching(/^hash:[0-9a-f]{32}$/);
  const made = { name: 'mine', scopes: ['read'], expires_at: null };
  const rules = { email_domains: 0, user_ids: 0, org_ids: 0 };
  expect(recorded).toEqual([
    ['key.created', key.key_id, made],
    ['key.revoked', key.key_id, {}],
    ['exclusions.changed', null, { ...rules, version: 1, email_domains: 1, user_ids: 1 }],
    ['exclusions.changed', null, { ...rules, version: 2 }],
    ['segment.created', saved, { subject: 'user' }],
    ['segment.changed', saved, { subject: 'user' }],
    ['segment.removed', saved, {}],
    ['run.requested', run, {}],
    ['run.withdrawn', run, {}],
    ['dead_letters.exported', null, {}],
    ['dead_letters.replayed', null, { accepted: 0, rejected: 0, remaining: 0 }],
    ['person.exported', hashed, {}],
    ['sessions.ended', 'none', { ended: 0 }],
  ]);
});

test('what was refused, and what changes nothing, is not recorded', async () => {
  const { api } = service;
  const before = (await entries()).length;
  await create({ name: '', scopes: ['read'] });
  await api.send('DELETE', '/api/admin/v1/keys/unknown');
  await api.get('/api/insights/v1/users/unknown/export');
  await api.post('/api/admin/v1/exclusions/preview', {});
  await api.get('/api/admin/v1/keys');
  expect((await entries()).length).toBe(before);
});

test('signing in and out is recorded, and wrong keys within bounds', async () => {
  const reader = await plantKey(service.databaseUrl, 'a reader', 'read');
  const from = { 'X-Forwarded-For': '203.0.113.9' };
  const sign = (method: string, headers: Record<string, string>, body?: object) =>
    fetch(`${service.origin}/session`, {
      ...{ method, headers: { ...from, ...headers } },
      ...(body && { body: JSON.stringify(body) }),
    });
  const reply = await sign('POST', {}, { key: reader });
  const Cookie = reply.headers.get('set-cookie')!.split(';')[0]!;
  await sign('DELETE', { Cookie, 'X-Insightd': '1' });
  const who = { kind: 'session', name: 'a reader', key_id: reader.split('_')[1] };
  const common = { actor: who, target: null, ip: '203.0.113.9' };
  expect(await latest('session.started')).toMatchObject({ ...common, details: { way: 'key' } });
  expect(await latest('session.ended')).toMatchObject({ ...common, details: {} });

  for (let i = 0; i < 15; i++) await sign('POST', {}, { key: 'a-wrong-key-of-good-length' });
  const refused = await waitFor(async () => {
    const found = await entries('action=key.refused');
    return found.length > 0 ? found : undefined;
  });
  expect(refused.map(({ actor, ip, details }) => [actor, ip, details])).toEqual([
    [{ kind: 'key', name: null, key_id: null }, '203.0.113.9', {}],
  ]);
});

test('a key of the scope erase deletes, and does nothing else', async () => {
  const erase = new Api(service.origin, await plantKey(service.databaseUrl, 'eraser', 'erase'));
  for (const body of [
    [deletion(ID), userCreated('new', '2024-01-01')],
    anEvent('user.active', { user_id: 'other' }),
    [7],
    '{"type": "user.deleted"}\nno JSON',
  ]) {
    const lines: Record<string, string> =
      typeof body === 'string' ? { 'Content-Type': 'application/x-ndjson' } : {};
    const reply = await erase.post(EVENTS_PATH, body, lines);
    expect([reply.status, problem(reply).detail]).toEqual([
      403,
      expect.stringContaining('user.deleted and org.deleted only'),
    ]);
  }
  const state = async (id: string) =>
    (await service.api.get<{ state: string }>(`/api/insights/v1/users/${encodeURIComponent(id)}`))
      .status;
  expect([await state(ID), await state('new')]).toEqual([200, 404]);
  expect(
    (await service.api.get<{ dead_letters: [] }>('/api/admin/v1/dead_letters')).body,
  ).toMatchObject({
    dead_letters: [],
  });

  expect((await erase.post('/v1/track', { userId: 'x', event: 'E' })).status).toBe(403);
  expect((await erase.post(EVENTS_PATH, deletion(ID))).body).toEqual({ accepted: 1, rejected: [] });
  const { data, ...invalid } = deletion('y');
  expect(data).toBeDefined();
  const both = await erase.post(EVENTS_PATH, [invalid, deletion('other')]);
  expect(both.body).toMatchObject({ accepted: 1 });

  const [many, one] = await entries('action=data.erased');
  expect(one).toMatchObject({
    actor: { kind: 'key', name: 'eraser' },
    ...{ target: expect.stringMatching(/^hash:/), details: { users: 1, orgs: 0 } },
  });
  expect(many!.details).toEqual({ users: 1, orgs: 0 });
});

test('the id of an erased person does not stay in the log, and can still be looked up', async () => {
  await service.api.get(`/api/insights/v1/users/${encodeURIComponent(ID)}/export`);
  const about = await entries(`user_id=${encodeURIComponent(ID)}`);
  expect(about.map(({ action }) => action)).toContain('data.erased');
  const { data, ...encoded } = deletion(ID);
  const inBase64 = Buffer.from(JSON.stringify(data)).toString('base64');
  await service.api.ingest([
    ...Array.from({ length: 150 }, (_, i) => deletion(`a${i}`)),
    { ...encoded, data_base64: inBase64 },
  ]);
  expect(await entries(`user_id=${encodeURIComponent(ID)}`)).toHaveLength(about.length + 1);
  expect(await entries('user_id=a0')).toHaveLength(1);
  expect(await entries('user_id=unknown')).toEqual([]);
  const rows = await ask<{ row: string }>(
    service.databaseUrl,
    'select row_to_json(a)::text as row from audit_log a',
  );
  const all = rows.map(({ row }) => row).join('\n');
  for (const secret of [ID, 'corp.example', TEST_KEY, 'About Ann', 'excluded.example']) {
    expect(all).not.toContain(secret);
  }
});

test('a key of the scope track sends tracking calls, and no native events', async () => {
  const track = new Api(service.origin, await plantKey(service.databaseUrl, 'tracker', 'track'));
  expect((await track.post('/v1/track', { userId: 'seen', event: 'E' })).status).toBe(200);
  for (const event of [userCreated('new', '2024-01-01'), deletion('seen')]) {
    expect((await track.post(EVENTS_PATH, event)).status).toBe(403);
  }
});

test('a key stops working when it expires, and its use is shown', async () => {
  const seconds = Math.floor(Date.now() / 1000) + 3_600;
  const made = await create({ name: 'short', scopes: ['read', 'admin'], expires_at: seconds });
  expect([made.status, made.body.expires_at]).toEqual([201, seconds]);
  const key = new Api(service.origin, made.body.key);
  const mine = async () =>
    (await service.api.get<KeyList>('/api/admin/v1/keys')).body.keys.find(
      ({ key_id: id }) => id === made.body.key_id,
    )!;
  expect(await mine()).toMatchObject({ expires_at: seconds, last_used_at: null, revoked_at: null });
  expect((await key.get(AUDIT)).status).toBe(200);
  const cookie = (await key.post('/session', { key: made.body.key })).headers.get('set-cookie')!;
  await waitFor(async () => (await mine()).last_used_at !== null);

  const expire = `update api_keys set expires_at = now() - interval '1 second' where id = $1`;
  await ask(service.databaseUrl, expire, [made.body.key_id]);
  const refused = await waitFor(async () => {
    const reply = await key.get('/api/backend/v1/reports');
    return reply.status === 401 ? reply : undefined;
  });
  expect(refused.status).toBe(401);
  expect(problem(await key.get(AUDIT)).detail).toMatch(/^This key expired at 20.*keys create/);
  const session = await fetch(`${service.origin}/session`, {
    headers: { Cookie: cookie.split(';')[0]! },
  });
  expect(session.status).toBe(401);
  const wrong = [seconds - 7_200, 'tomorrow', -1, true, '2026-13-01'];
  for (const expires_at of wrong) {
    expect((await create({ name: 'x', scopes: ['read'], expires_at })).status).toBe(400);
  }
});

test('the command line writes to the log, and lists expiry and last use', async () => {
  const insightd = (...args: string[]) => insightdOn(service.databaseUrl, ...args);
  const key = await insightd(
    ...['keys', 'create', '--name', 'cli', '--scope', 'track', '--scope', 'erase'],
    ...['--expires', '2999-01-31'],
  );
  const id = key.trim().split('_')[1]!;
  const actor = { kind: 'cli', name: 'cli', key_id: null };
  expect(await latest('key.created')).toMatchObject({
    ...{ actor, target: id, ip: null },
    details: { name: 'cli', scopes: ['track', 'erase'], expires_at: Date.UTC(2999, 0, 31) / 1000 },
  });
  const [list] = await Promise.all([
    insightd('keys', 'list'),
    insightd('export', 'person', 'other'),
    insightd('export', 'store'),
  ]);
  expect(list).toMatch(new RegExp(`^${id} .*not used  live until 2999-01-31T00:00:00.000Z$`, 'm'));
  expect(list).toMatch(/short .*last used 20.*expired 20/);
  expect(await latest('person.exported')).toMatchObject({
    ...{ actor, target: expect.stringMatching(/^hash:/) },
  });
  expect(await latest('store.exported')).toMatchObject({ actor, target: null });
});

test('the list has pages, and pages that new entries do not shift', async () => {
  const page = async (query: string) =>
    (await service.api.get<AuditPage>(`${AUDIT}?${query}`)).body;
  const all = await entries();
  const second = await page('page_size=4&page_number=1');
  expect(second).toMatchObject({
    ...{ current_page: 1, page_size: 4, total_count: all.length, has_more_results: true },
    entries: all.slice(4, 8),
  });
  let before = (await page('page_size=7')).next_before;
  await create({ name: 'meanwhile', scopes: ['read'] });
  const rest: AuditEntry[] = [];
  while (before !== null) {
    const next = await page(`page_size=7&before=${before}`);
    rest.push(...next.entries);
    before = next.next_before;
  }
  expect(rest).toEqual(all.slice(7));
});

test('entries are deleted when they are too old', async () => {
  const set = `update audit_log set at = now() - interval '366 days' where action like 'segment.%'`;
  await ask(service.databaseUrl, set);
  const client = new pg.Client({ connectionString: service.databaseUrl });
  await client.connect();
  const kept = (await entries()).filter(({ action }) => !action.startsWith('segment.'));
  expect(await dropOldEntries(client, 365)).toBe(false);
  await client.end();
  expect(await entries()).toEqual(kept);
});
