import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api, type Reply, type RunState, waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { createKey, keys, plantKey, type Scope } from '../../support/keys.js';
import { COMPATIBLE_PATHS } from '../../support/reference.js';
import { anEvent, EVENTS_PATH, problem } from '../../support/sending.js';
import { startTestService, TEST_KEY, type TestService } from '../../support/service.js';
import { userCreated } from '../../support/model/fixtures/builders.js';

const SCOPES: Scope[] = ['read', 'ingest', 'track', 'erase', 'admin'];
const RUNS = '/api/admin/v1/report_runs';
const LETTERS = '/api/admin/v1/dead_letters';

let service: TestService;
let shown: Record<Scope, string>;
let runId: string;
beforeAll(async () => {
  service = await startTestService();
  // The command takes a second or more: it creates two of the keys.
  const made = await Promise.all(
    SCOPES.map((scope) => {
      const create = scope === 'read' || scope === 'admin' ? createKey : plantKey;
      return create(service.databaseUrl, `only ${scope}`, scope);
    }),
  );
  shown = Object.fromEntries(SCOPES.map((scope, i) => [scope, made[i]!])) as typeof shown;
  await service.api.ingest([userCreated('someone', '2024-06-01')]);
  runId = (await service.api.run('2025-03-31')).run_id;
});
afterAll(() => service.close());

interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  scope: Scope;
  /** Another scope that is enough. */
  also?: Scope;
  body?: () => unknown;
}

const endpoints: Endpoint[] = [
  ...COMPATIBLE_PATHS.map((path) => ({ method: 'GET', path, scope: 'read' }) as const),
  { method: 'GET', path: '/api/backend/v1/reports', scope: 'read' },
  { method: 'POST', path: EVENTS_PATH, scope: 'ingest', body: () => anEvent('user.active') },
  { method: 'POST', path: EVENTS_PATH, scope: 'erase', also: 'ingest', body: () => aDeletion() },
  { method: 'POST', path: '/v1/track', scope: 'track', also: 'ingest', body: () => A_CALL },
  { method: 'GET', path: '/api/admin/v1/keys', scope: 'admin' },
  { method: 'GET', path: '/api/admin/v1/audit', scope: 'admin' },
  { method: 'GET', path: '/api/insights/v1/sources', scope: 'read' },
  { method: 'GET', path: '/api/admin/v1/sources', scope: 'admin' },
  { method: 'GET', path: RUNS, scope: 'admin' },
  { method: 'GET', path: `${RUNS}/<run>`, scope: 'admin' },
  { method: 'POST', path: RUNS, scope: 'admin', body: () => ({ as_of: '2025-03-30' }) },
  { method: 'GET', path: LETTERS, scope: 'admin' },
  { method: 'GET', path: `${LETTERS}/export`, scope: 'admin' },
  { method: 'POST', path: `${LETTERS}/replay`, scope: 'admin', body: () => ({}) },
  { method: 'DELETE', path: '/api/admin/v1/sessions', scope: 'admin' },
];

const A_CALL = { type: 'track', event: 'Opened', userId: 'someone' };
const aDeletion = () => ({ ...anEvent('user.deleted'), data: { user_id: 'no one' } });

/** Requests an endpoint. The export is read here, since `Api` does not read lines. */
async function call({ method, path, body }: Endpoint, key: string): Promise<Reply> {
  const api = new Api(service.origin, key);
  const address = path.replace('<run>', runId);
  // A new client address each time, since too many wrong keys from one address are refused.
  const from = { 'X-Forwarded-For': `203.0.113.${(clients += 1)}` };
  if (method === 'POST') return api.post(address, body!(), from);
  if (method === 'DELETE' || path.endsWith('/export')) return other(method, path, key, from);
  return api.get(address, from);
}

let clients = 0;

async function other(
  method: string,
  path: string,
  key: string,
  from: Record<string, string>,
): Promise<Reply> {
  const headers = { Authorization: `Bearer ${key}`, ...from };
  const response = await fetch(service.origin + path, { method, headers });
  const text = await response.text();
  const { status } = response;
  const answered = response.headers;
  return { status, headers: answered, body: status === 200 ? text : (JSON.parse(text) as unknown) };
}

describe('every endpoint requires its own scope', () => {
  test.each(endpoints.map((each) => [each.method, each.path, each] as const))(
    '%s %s',
    async (_method, path, endpoint) => {
      for (const scope of SCOPES) {
        const reply = await call(endpoint, shown[scope]);
        if (scope === endpoint.scope || scope === endpoint.also)
          expect([200, 202]).toContain(reply.status);
        else expect([scope, reply.status]).toEqual([scope, 403]);
      }
      const wrong = await call(endpoint, 'a-wrong-key-of-good-length');
      expect(wrong.status).toBe(401);
      expect(wrong.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect((await call(endpoint, TEST_KEY)).status).toBeLessThan(300);
      if (COMPATIBLE_PATHS.includes(path)) return;
      expect(problem(wrong)).toMatchObject({ status: 401, title: expect.any(String) });
      const other = shown[endpoint.scope === 'read' ? 'admin' : 'read'];
      expect(problem(await call(endpoint, other))).toMatchObject({ status: 403 });
    },
  );

  test.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['a scheme alone', 'Bearer'],
    ['a scheme and blanks', 'Bearer  '],
    ['a key without a scheme', TEST_KEY],
    ['another scheme', `Basic ${TEST_KEY}`],
    ['more than the key', `Bearer ${TEST_KEY} ${TEST_KEY}`],
    ['less than the key', `Bearer ${TEST_KEY.slice(0, -1)}`],
  ])('%s is not a key: 401', async (_what, authorization) => {
    const headers = authorization === undefined ? undefined : { Authorization: authorization };
    for (const path of ['/api/backend/v1/reports', LETTERS, RUNS]) {
      const response = await fetch(service.origin + path, headers && { headers });
      expect(response.status).toBe(401);
      await response.text();
    }
  });

  test('the scheme may be written in any case', async () => {
    const headers = { Authorization: `bearer ${TEST_KEY}` };
    const response = await fetch(`${service.origin}/api/backend/v1/reports`, { headers });
    expect(response.status).toBe(200);
  });
});

test('keys are shown once and stored only as a hash', async () => {
  const stored = await ask<{ row: string }>(
    service.databaseUrl,
    'select row_to_json(k)::text as row from api_keys k',
  );
  expect(stored.length).toBeGreaterThanOrEqual(SCOPES.length);
  const listed = await keys(service.databaseUrl, 'list');
  for (const name of SCOPES.map((scope) => `only ${scope}`)) expect(listed).toContain(name);
  const seen = [...stored.map(({ row }) => row), listed, ...service.log].join('\n');
  expect(new Set(Object.values(shown)).size).toBe(SCOPES.length);
  for (const key of [...Object.values(shown), TEST_KEY]) {
    expect(key.length).toBeGreaterThan(20);
    const written = [key, Buffer.from(key).toString('hex'), Buffer.from(key).toString('base64')];
    for (const each of written) expect(seen).not.toContain(each);
  }
});

describe('without a key', () => {
  test.each([['/health/live'], ['/health/ready'], ['/metrics'], ['/openapi.json']])(
    '%s needs no key',
    async (path) => {
      const response = await fetch(service.origin + path);
      expect([response.status, (await response.text()).length > 2]).toEqual([200, true]);
    },
  );

  test('OpenAPI has every endpoint', async () => {
    const { body } = await service.api.get<{ paths: object }>('/openapi.json');
    const described = Object.keys(body.paths).map((path) => path.replace(/\{[^}]+\}/g, '*'));
    const served = endpoints.map(({ path }) =>
      path
        .replace('<run>', '*')
        .replace(/(user_report|org_report|chart_metric)\/.*/, '$1/*')
        .replace('/someone/', '/*/')
        .replace(/^\/v1\/track$/, '/v1/*'),
    );
    expect(described).toEqual(expect.arrayContaining([...new Set(served)]));
  });
});

describe('errors outside the compatible endpoints are problem documents', () => {
  test.each<[string, number, () => Promise<Reply>]>([
    ['an unknown address', 404, () => service.api.get('/api/nothing')],
    ['an unknown run', 404, () => service.api.get(`${RUNS}/${UNKNOWN}`)],
    ['an invalid run id', 404, () => service.api.get(`${RUNS}/latest`)],
    ['a day that does not exist', 400, () => service.api.post(RUNS, { as_of: '2025-02-30' })],
    ['a day that is not a string', 400, () => service.api.post(RUNS, { as_of: 20250230 })],
    ['a future day', 400, () => service.api.post(RUNS, { as_of: '2999-01-01' })],
    ['an address with a wrong encoding', 400, () => service.api.get(`${RUNS}/%ff`)],
    ['an id of 3,000 characters', 404, () => service.api.get(`${RUNS}/${'x'.repeat(3000)}`)],
    ['a body that is torn', 400, () => service.api.post(RUNS, '{"as_of"')],
    ['ids that are not a list', 400, () => service.api.post(`${LETTERS}/replay`, { ids: 'all' })],
    ['a limit that is not a number', 400, () => service.api.get(`${LETTERS}?limit=many`)],
  ])('%s: %i', async (_what, status, ask) => {
    const reply = await ask();
    expect(reply.status).toBe(status);
    expect(problem(reply)).toMatchObject({ status, title: expect.stringMatching(/\w/) });
  });

  const UNKNOWN = '31c41c16-c281-44ae-9602-8a047e3bf33d';

  test('a requested run gets 202, and its state can be read', async () => {
    const { status, body } = await service.api.post<RunState>(RUNS, { as_of: '2025-03-29' });
    expect([status, body]).toEqual([202, { run_id: expect.any(String), state: 'queued' }]);
    expect(await service.api.runEnded(body.run_id)).toMatchObject({
      ...{ run_id: body.run_id, state: 'completed', error: null },
      report_time: Date.parse('2025-03-29T23:59:59Z') / 1000,
      row_counts: expect.any(Object),
    });
  });
});

test('a key with a too long name from before the limit works', async () => {
  const name = 'long '.repeat(1_200);
  const key = await plantKey(service.databaseUrl, name, 'read', 'ingest');
  const api = new Api(service.origin, key);
  await api.ingest([userCreated('sent by a long name', '2024-06-01')]);
  const wrong = await api.post<{ rejected: unknown[] }>(EVENTS_PATH, [{ id: 'w', type: 'none' }]);
  expect([wrong.status, wrong.body.rejected.length]).toEqual([400, 1]);
  expect((await api.post('/v1/track', { type: 'track', event: 'x', userId: 'u' })).status).toBe(
    200,
  );
  const { body } = await service.api.get<{ sources: { source: string; configured: boolean }[] }>(
    '/api/admin/v1/sources',
  );
  const own = body.sources.filter(({ source }) => source.startsWith('long long'));
  expect(own.map(({ source, configured }) => [[...source].length, configured])).toEqual([
    [255, true],
    [255, true],
  ]);
  const { body: letters } = await service.api.get<{ dead_letters: { sender: string }[] }>(
    `${LETTERS}?sender=${encodeURIComponent(own[0]!.source)}`,
  );
  expect(letters.dead_letters.length).toBeGreaterThan(0);
  expect(await keys(service.databaseUrl, 'list')).toContain(name.trim());
  await keys(service.databaseUrl, 'revoke', key.split('_')[1]!);
  await waitFor(async () =>
    (await api.get('/api/backend/v1/reports')).status === 401 ? true : undefined,
  );
  await expect(
    keys(service.databaseUrl, 'create', '--name', 'x'.repeat(101), '--scopes', 'read'),
  ).rejects.toThrow('1 to 100 printable characters');
});

// The last test, since it revokes the key.
test('a revoked key stops working within seconds, and no other key does', async () => {
  const statuses = () =>
    Promise.all(
      [shown.read, TEST_KEY].map(async (key) => {
        const api = new Api(service.origin, key);
        return (await api.get('/api/backend/v1/reports')).status;
      }),
    );
  expect(await statuses()).toEqual([200, 200]);
  const [row] = await ask<{ id: string }>(
    service.databaseUrl,
    "select id::text from api_keys where name = 'only read'",
  );
  await keys(service.databaseUrl, 'revoke', row!.id);
  await waitFor(async () => ((await statuses())[0] === 401 ? true : undefined), 2500);
  expect(await statuses()).toEqual([401, 200]);
  const admin = new Api(service.origin, shown.admin);
  expect((await admin.get(LETTERS)).status).toBe(200);
});
