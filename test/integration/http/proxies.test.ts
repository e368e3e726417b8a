import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { userCreated } from '../../support/model/fixtures/builders.js';
import { startTestService, TEST_KEY, type TestService } from '../../support/service.js';

const BASE = '/insights';
const PUBLIC = 'https://x.example';
const REPORTS = '/api/backend/v1/reports';
const bearer = (key = TEST_KEY) => ({ Authorization: `Bearer ${key}` });

type Headers = Record<string, string>;

let service: TestService;
let runId: string;
beforeAll(async () => {
  service = await startTestService({
    PUBLIC_URL: `${PUBLIC}${BASE}`,
    TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8',
  });
  const people = Array.from({ length: 60 }, (_, i) => userCreated(`person ${i}`, '2025-03-01'));
  const activity = people.map((_, i) => {
    const data = { user_id: `person ${i}` };
    return { id: `active ${i}`, type: 'user.active', time: '2025-03-15T12:00:00Z', data };
  });
  await service.api.ingest([...people, ...activity]);
  runId = (await service.api.run('2025-03-31')).run_id;
});
afterAll(() => service.close());

function call(method: string, path: string, headers: Headers = {}, body?: object) {
  return fetch(service.origin + path, { method, headers, body: body && JSON.stringify(body) });
}

const signIn = (key: string, headers: Headers = {}) => call('POST', '/session', headers, { key });

describe('wrong keys', () => {
  const ways: [string, (key: string, from: string) => Promise<Response>][] = [
    ['to sign in', (key, from) => signIn(key, { 'X-Forwarded-For': from })],
    ['as Bearer', (key, from) => call('GET', REPORTS, { ...bearer(key), 'X-Forwarded-For': from })],
    [
      'as Basic',
      (key, from) => call('POST', '/v1/track', { ...basic(key), 'X-Forwarded-For': from }, {}),
    ],
    [
      'in the body',
      (key, from) => call('POST', '/v1/track', { 'X-Forwarded-For': from }, { writeKey: key }),
    ],
  ];
  const basic = (key: string) => ({
    Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
  });

  test.each(ways)(
    '%s are refused from their address after ten, a right key never',
    async (_way, send) => {
      const from = `203.0.113.${ways.findIndex(([, one]) => one === send) + 1}`;
      for (let attempt = 0; attempt < 10; attempt++) {
        expect((await send('a-wrong-key-of-good-length', from)).status).toBe(401);
      }
      for (const [index, [, other]] of ways.entries()) {
        const refused = await other('another-wrong-key', `1.1.1.1, ${from}, 10.0.0.7`);
        expect(refused.status).toBe(429);
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
        expect((await other(TEST_KEY, from)).status).toBeLessThan(400);
        expect((await other('another-wrong-key', `198.51.100.${index}`)).status).not.toBe(429);
      }
    },
  );

  test('from one IPv6 network count as one address', async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
      await signIn('wrong', { 'X-Forwarded-For': `2001:db8::${attempt}` });
    }
    const last = (address: string) => signIn('wrong', { 'X-Forwarded-For': address });
    expect((await last('[2001:db8:0:0:ffff::1]:443')).status).toBe(429);
    expect((await last('2001:db8:0:1::1')).status).toBe(401);
  });
});

describe('below the path of PUBLIC_URL', () => {
  test.each([
    [`${BASE}/`],
    [BASE],
    ['/'],
    [`${BASE}/reports/user/champion`],
    ['/reports/user/champion'],
  ])('the page at %s loads its files and uses the right paths', async (path) => {
    const page = await (await call('GET', path, { Accept: 'text/html' })).text();
    expect(page).toContain(`data-base="${BASE}/"`);
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(files).toHaveLength(3);
    for (const file of files) {
      expect(file).toMatch(/^\/insights\/assets\//);
      for (const address of [file, file.slice(BASE.length)]) {
        expect((await call('GET', address)).status).toBe(200);
      }
    }
  });

  test('the API works with the path and without it', async () => {
    for (const path of [REPORTS, BASE + REPORTS]) {
      expect((await call('GET', path, bearer())).status).toBe(200);
      // Its 400 has a shape of its own, wherever it is.
      const wrong = await call(
        'GET',
        `${path.replace('/reports', '/user_report/churn')}?page_size=0`,
        bearer(),
      );
      expect(await wrong.json()).toEqual({ page_size: [expect.any(String)] });
    }
    expect((await call('GET', `${BASE}/docs`)).status).toBe(200);
  });

  test('OpenAPI has the path', async () => {
    const { servers } = (await (await call('GET', `${BASE}/openapi.json`)).json()) as {
      servers: unknown;
    };
    expect(servers).toEqual([{ url: BASE }]);
  });

  test('signing in and changes are possible only from its own pages', async () => {
    const reply = await signIn(TEST_KEY, { Origin: PUBLIC });
    const cookie = reply.headers.get('set-cookie')!;
    expect(cookie).toMatch(
      /^__Host-insightd=[\w-]{43}; Path=\/; .*HttpOnly; SameSite=Strict; Secure$/,
    );
    const own = { Cookie: cookie.split(';')[0]!, 'X-Insightd': '1' };
    const run = (Origin: string, more: Headers = {}) =>
      call('POST', `${BASE}/api/admin/v1/report_runs`, { ...own, ...more, Origin }, {});
    expect((await run(PUBLIC)).status).toBe(202);
    expect((await run('https://evil.example')).status).toBe(403);
    expect((await run(`${PUBLIC}:8443`)).status).toBe(403);
    const forwarded = { 'X-Forwarded-Host': 'y.example, z.example', 'X-Forwarded-Port': '8443' };
    expect((await run('https://y.example:8443', forwarded)).status).toBe(202);
  });
});

describe('replies', () => {
  test('that need a key are not cached and not sniffed', async () => {
    const session = { Cookie: (await signIn(TEST_KEY)).headers.get('set-cookie')!.split(';')[0]! };
    const replies = [
      call('GET', REPORTS, bearer()),
      call('GET', '/api/insights/v1/users/person%201', session),
      call('GET', '/api/insights/v1/users/unknown', session),
      call('GET', '/session', session),
      call('GET', '/api/admin/v1/dead_letters/export', bearer()),
      call('GET', REPORTS),
    ];
    for (const { headers } of await Promise.all(replies)) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('of some length are packed on request, short ones never', async () => {
    const report = `/api/backend/v1/user_report/champion?report_interval=30&run_id=${runId}&page_size=`;
    const encodingOf = async (path: string, accept = 'gzip, br') => {
      const reply = await call('GET', path, { ...bearer(), 'Accept-Encoding': accept });
      expect(JSON.stringify(await reply.json())).toContain('person');
      return [reply.headers.get('content-encoding'), reply.headers.get('vary')];
    };
    expect(await encodingOf(`${report}50`)).toEqual(['gzip', 'accept-encoding']);
    expect(await encodingOf(`${report}50`, 'identity')).toEqual([null, null]);
    expect(await encodingOf(`${report}3`)).toEqual([null, null]);
  });

  test('of a file of rows are packed as a stream', async () => {
    const { hostname, port } = new URL(service.origin);
    const path = `/api/insights/v1/reports/user/champion/csv?interval=30&run_id=${runId}`;
    const { request } = await import('node:http');
    const packed = await new Promise<Buffer>((resolve, reject) => {
      const headers = { ...bearer(), 'Accept-Encoding': 'gzip' };
      request({ hostname, port, path, headers }, (reply) => {
        const parts: Buffer[] = [];
        reply.on('data', (part: Buffer) => parts.push(part));
        reply.on('end', () => resolve(Buffer.concat(parts)));
      })
        .on('error', reject)
        .end();
    });
    expect(gunzipSync(packed).toString('utf8').split('\n').length).toBeGreaterThan(60);
  });
});

test('have no metric series for a type or method that a sender made up', async () => {
  const made = Array.from({ length: 40 }, (_, i) => ({
    id: `m${i}`,
    type: `made.up.${i}`,
    data: {},
  }));
  await service.api.post('/api/ingest/v1/events', made);
  await service.api.post('/v1/track', { type: 'track', event: 'Made Up', userId: 'x' });
  await call('PROPFIND', '/anything');
  const { body } = await service.api.get<string>('/metrics');
  expect(body).not.toMatch(/made.up|PROPFIND/i);
  expect(body).toMatch(
    /insightd_ingest_events_total\{type="(?:other|unknown)",outcome="rejected"\} 40/,
  );
});
