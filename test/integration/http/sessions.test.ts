import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { insightdOn, plantKey, keys } from '../../support/keys.js';
import { userCreated } from '../../support/model/fixtures/builders.js';
import { startTestService, TEST_KEY, type TestService } from '../../support/service.js';

const REPORTS = '/api/backend/v1/reports';
const RUNS = '/api/admin/v1/report_runs';
const OWN = { 'X-Insightd': '1', 'Sec-Fetch-Site': 'same-origin' };

let service: TestService;
let reader: string;
beforeAll(async () => {
  service = await startTestService({}, 'api');
  reader = await plantKey(service.databaseUrl, 'a reader', 'read');
  await service.api.ingest([userCreated('someone', '2024-06-01')]);
});
afterAll(() => service.close());

type Headers = Record<string, string>;

function call(method: string, path: string, headers: Headers, body?: object): Promise<Response> {
  return fetch(service.origin + path, { method, headers, body: body && JSON.stringify(body) });
}

function signIn(body: object, headers: Headers = {}): Promise<Response> {
  return call('POST', '/session', headers, body);
}

/** Signs in. @returns the headers with which a browser would go on */
async function signedIn(key: string): Promise<{ Cookie: string }> {
  const reply = await signIn({ key });
  expect(reply.status).toBe(204);
  return { Cookie: reply.headers.get('set-cookie')!.split(';')[0]! };
}

/** Runs a command on the store of the service. @returns what it printed */
const insightd = (...args: string[]): Promise<string> => insightdOn(service.databaseUrl, ...args);

const statusOf = async (reply: Promise<Response>): Promise<number> => (await reply).status;

describe('a session', () => {
  test('may read what its key may read, names its key, and ends at sign-out', async () => {
    const cookie = await signedIn(reader);
    expect(await statusOf(call('GET', REPORTS, cookie))).toBe(200);
    expect(await statusOf(call('GET', RUNS, cookie))).toBe(403);
    const shown = (await (await call('GET', '/session', cookie)).json()) as { expires_at: number };
    expect(shown).toEqual({
      ...{ name: 'a reader', scopes: ['read'], expires_at: expect.any(Number) },
      ...{ time_zone: 'UTC', week_start: 'monday', person: null },
    });
    expect(shown.expires_at * 1000 - Date.now()).toBeGreaterThan(11 * 3_600_000);

    const out = await call('DELETE', '/session', { ...cookie, ...OWN });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^insightd_session=; .*Max-Age=0.*, __Host-insightd=; .*Max-Age=0/),
    ]);
    expect(await statusOf(call('GET', REPORTS, cookie))).toBe(401);
    expect(await statusOf(call('GET', '/session', cookie))).toBe(401);
  });

  test('is a cookie that is HttpOnly, SameSite and, over https, Secure', async () => {
    const attributes = async (headers: Headers) =>
      (await signIn({ key: reader }, headers)).headers.get('set-cookie')!;
    const plain = await attributes({});
    expect(plain).toMatch(/^insightd_session=[\w-]{43}; /);
    for (const each of ['Path=/', 'HttpOnly', 'SameSite=Strict']) expect(plain).toContain(each);
    expect(plain).not.toContain('Secure');
    // It ends with the session of the browser.
    expect(plain).not.toMatch(/Max-Age|Expires/);
    const secure = await attributes({ 'X-Forwarded-Proto': 'https' });
    expect(secure).toMatch(/^__Host-insightd=[\w-]{43}; Path=\/; .*; Secure$/);
    expect(secure).not.toContain('Domain');
    const cookie = { Cookie: secure.split(';')[0]! };
    expect(await statusOf(call('GET', REPORTS, cookie))).toBe(200);
    // Any host of the same site may have set the plain name.
    const unsafe = { Cookie: plain.split(';')[0]! };
    expect(await statusOf(call('GET', REPORTS, unsafe))).toBe(200);
    expect(await statusOf(call('GET', REPORTS, { ...unsafe, 'X-Forwarded-Proto': 'https' }))).toBe(
      401,
    );
  });

  test('is stored only as a hash', async () => {
    const { Cookie } = await signedIn(reader);
    const token = Cookie.split('=')[1]!;
    const rows = await ask<{ row: string }>(
      service.databaseUrl,
      'select row_to_json(s)::text as row from sessions s',
    );
    const stored = rows.map(({ row }) => row).join('\n') + service.log.join('\n');
    expect(rows.length).toBeGreaterThan(0);
    for (const form of [token, Buffer.from(token).toString('hex')]) {
      expect(stored).not.toContain(form);
    }
  });

  test('ends when it expires, and is deleted then', async () => {
    const cookie = await signedIn(reader);
    expect(await statusOf(call('GET', REPORTS, cookie))).toBe(200);
    await ask(service.databaseUrl, 'update sessions set expires_at = now()');
    const refused = async () =>
      (await statusOf(call('GET', REPORTS, cookie))) === 401 ? true : undefined;
    await waitFor(refused, 5_000);
    await signedIn(reader);
    const [left] = await ask<{ count: string }>(
      service.databaseUrl,
      'select count(*) from sessions where expires_at <= now()',
    );
    expect(left!.count).toBe('0');
  });

  test('can be ended with all others, or with those of its key, without revoking a key', async () => {
    const key = await plantKey(service.databaseUrl, 'one of two', 'read');
    const [mine, other] = [await signedIn(key), await signedIn(reader)];
    const works = async (cookie: Headers) => (await statusOf(call('GET', REPORTS, cookie))) === 200;
    const until = (ended: Headers) =>
      waitFor(async () => ((await works(ended)) ? undefined : true), 5_000);
    expect([await works(mine), await works(other)]).toEqual([true, true]);

    const path = `/api/admin/v1/sessions?key_id=${key.split('_')[1]}`;
    const reply = await call('DELETE', path, { Authorization: `Bearer ${TEST_KEY}` });
    expect([reply.status, await reply.json()]).toEqual([200, { ended: 1 }]);
    await until(mine);
    expect(await works(other)).toBe(true);

    const admin = await signedIn(TEST_KEY);
    expect(await statusOf(call('DELETE', '/api/admin/v1/sessions', admin))).toBe(403);
    expect(await statusOf(call('DELETE', '/api/admin/v1/sessions', { ...admin, ...OWN }))).toBe(
      200,
    );
    await Promise.all([until(other), until(admin)]);

    const again = await signedIn(reader);
    expect(await insightd('sessions', 'end', '--all')).toMatch(/^\d+ sessions? ended\.$/m);
    await until(again);
    expect(await works(await signedIn(reader))).toBe(true);
    await expect(insightd('sessions', 'end')).rejects.toThrow('--all or --key ID');
  });

  test('is ignored when the header has a key', async () => {
    const cookie = await signedIn(reader);
    const headers = { ...cookie, Authorization: `Bearer ${TEST_KEY}` };
    expect(await statusOf(call('GET', RUNS, headers))).toBe(200);
    const wrong = { ...cookie, Authorization: 'Bearer a-wrong-key-of-good-length' };
    expect(await statusOf(call('GET', REPORTS, wrong))).toBe(401);
  });
});

describe('a cookie alone', () => {
  const host = () => new URL(service.origin).host;
  test.each<[string, number, () => Headers]>([
    ['from our page', 202, () => OWN],
    ['from our page in browsers that send only the origin', 202, () => own(service.origin)],
    ['behind a proxy that has another name', 202, () => forwarded('insights.example')],
    ['without our header, as a form sends it', 403, () => ({ 'Sec-Fetch-Site': 'same-origin' })],
    ['from another site', 403, () => ({ ...OWN, 'Sec-Fetch-Site': 'cross-site' })],
    ['from another host of the same site', 403, () => ({ ...OWN, 'Sec-Fetch-Site': 'same-site' })],
    ['from another origin', 403, () => own('https://evil.example')],
    ['from an origin that hides itself', 403, () => own('null')],
    ['from another port', 403, () => own(`http://${host().split(':')[0]}:1`)],
  ])('gives a change %s: %i', async (_what, status, headers) => {
    const cookie = await signedIn(TEST_KEY);
    expect(await statusOf(call('POST', RUNS, { ...cookie, ...headers() }))).toBe(status);
  });

  const own = (origin: string): Headers => ({ 'X-Insightd': '1', Origin: origin });
  const forwarded = (name: string): Headers => ({
    ...own(`https://${name}`),
    'X-Forwarded-Host': name,
  });

  test('cannot ingest events', async () => {
    const cookie = await signedIn(TEST_KEY);
    expect(await statusOf(call('POST', '/api/ingest/v1/events', { ...cookie, ...OWN }))).toBe(403);
  });

  test('cannot be obtained by a page of another site', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    expect(await statusOf(signIn({ key: reader }, headers))).toBe(403);
  });
});

describe('signing in', () => {
  test.each<[string, number, object]>([
    ['without a key', 400, {}],
    ['with a key that is not a string', 400, { key: 7 }],
    ['with a key and a code', 400, { key: 'a', code: 'b' }],
    ['with a misspelt member', 400, { keys: 'a' }],
    ['with a code that was never given', 401, { code: 'x'.repeat(43) }],
  ])('%s: %i and no cookie', async (_what, status, body) => {
    const reply = await signIn(body);
    expect([reply.status, reply.headers.get('set-cookie')]).toEqual([status, null]);
  });

  test('with a key that may not read is refused', async () => {
    const writer = await plantKey(service.databaseUrl, 'a writer', 'ingest');
    const reply = await signIn({ key: writer });
    expect([reply.status, reply.headers.get('set-cookie')]).toEqual([403, null]);
    expect(await reply.json()).toMatchObject({ detail: expect.stringContaining('read') });
  });

  test('gives a session that ends within seconds when the key is revoked', async () => {
    const key = await plantKey(service.databaseUrl, 'to be revoked', 'read');
    const cookie = await signedIn(key);
    expect(await statusOf(call('GET', REPORTS, cookie))).toBe(200);
    await keys(service.databaseUrl, 'revoke', key.split('_')[1]!);
    const refused = async () =>
      (await statusOf(call('GET', REPORTS, cookie))) === 401 ? true : undefined;
    await waitFor(refused, 5_000);
  });

  // The last test, since sign-ins from here are refused for a minute afterwards.
  test('with wrong keys is refused after a few attempts, with the time to wait', async () => {
    const replies: Response[] = [];
    for (let attempt = 0; attempt < 15; attempt++) {
      replies.push(await signIn({ key: 'a-wrong-key-of-good-length' }));
    }
    expect(replies[0]!.status).toBe(401);
    const last = replies.at(-1)!;
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
