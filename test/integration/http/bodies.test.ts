import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../support/api.js';
import { RequestFuzzer, sendBytes } from '../../support/fuzz.js';
import { RawConnection, requestHead } from '../../support/raw-http.js';
import { anEvent, EVENTS_PATH, problem, send } from '../../support/sending.js';
import {
  startTestService,
  TEST_KEY,
  TEST_SECRET,
  type TestService,
} from '../../support/service.js';
import { deliver, signStandard } from '../../support/webhooks.js';

const MIB = 2 ** 20;
const CEILING_MIB = 40;

let service: TestService;
let stalled: RawConnection;
beforeAll(async () => {
  service = await startTestService({ INGEST_MEMORY_MIB: String(CEILING_MIB) }, 'api');
  // This connection times out while the other tests run.
  stalled = await begun(EVENTS_PATH, { ...bearer, 'Content-Length': '100' }, '[');
});
afterAll(() => service.close());

const bearer = { Authorization: `Bearer ${TEST_KEY}` };

/** Sends the head of a request and a part of its body, which never ends. */
async function begun(
  path: string,
  headers: Record<string, string>,
  part: string | Uint8Array = '',
): Promise<RawConnection> {
  const connection = await RawConnection.open(service.origin);
  connection.write(requestHead('POST', path, headers));
  connection.write(part);
  return connection;
}

/** The first final status of a reply. */
function statusOf(connection: RawConnection): Promise<number> {
  return waitFor(() => connection.statuses.find((status) => status !== 100), 10_000);
}

const signed = (at = Date.now()) => signStandard('standard', TEST_SECRET, '', { at }).headers;

describe('a request is refused before its body has arrived', () => {
  const long = { 'Content-Length': String(16 * MIB) };
  const wrong = (address: string) => ({
    Authorization: 'Bearer wrong',
    'X-Forwarded-For': address,
  });
  test.each<[string, string, Record<string, string>, number]>([
    ['without a key', EVENTS_PATH, long, 401],
    ['with a wrong key', EVENTS_PATH, { ...wrong('203.0.113.1'), ...long }, 401],
    ['without a key, in chunks', EVENTS_PATH, { 'Transfer-Encoding': 'chunked' }, 401],
    ['for an unknown address', '/nothing', long, 404],
    ['for a read-only address', '/api/insights/v1/summary', { ...bearer, ...long }, 404],
    ['for a page', '/', long, 404],
    ['of a webhook without a signature', '/webhooks/standard', long, 401],
    ['of an old webhook', '/webhooks/standard', { ...signed(0), ...long }, 401],
    ['of a webhook that is not set up', '/webhooks/clerk', { ...signed(), ...long }, 404],
    ['of a webhook, longer than 1 MiB', '/webhooks/standard', { ...signed(), ...long }, 413],
    ['to sign in, longer than 16 KiB', '/session', { 'Content-Length': '16385' }, 413],
    ['for a run, longer than 16 KiB', '/api/admin/v1/report_runs', { ...bearer, ...long }, 413],
    [
      'of events, longer than 16 MiB',
      EVENTS_PATH,
      { ...bearer, 'Content-Length': '16777217' },
      413,
    ],
    ['of a library without a key, longer than 512 KiB', '/v1/batch', long, 413],
  ])('%s', async (_what, path, headers, status) => {
    const connection = await begun(path, headers);
    expect(await statusOf(connection)).toBe(status);
    expect(connection.text).toMatch(/content-type: application\/problem\+json/i);
    connection.destroy();
  });

  test('Expect: 100-continue gets a refusal instead of 100', async () => {
    const asking = { Expect: '100-continue', 'Content-Length': '100' };
    const refused = await begun(EVENTS_PATH, asking);
    expect([await statusOf(refused), refused.statuses]).toEqual([401, [401]]);
    await waitFor(() => refused.isClosed || undefined, 10_000);

    const body = JSON.stringify([anEvent('user.active')]);
    const length = String(Buffer.byteLength(body));
    const taken = await begun(EVENTS_PATH, { ...asking, ...bearer, 'Content-Length': length });
    await waitFor(() => taken.statuses.includes(100) || undefined, 10_000);
    taken.write(body);
    expect(await statusOf(taken)).toBe(200);
    taken.destroy();
  });

  test('an unknown expectation is ignored', async () => {
    const asking = await begun('/session', { Expect: 'a-miracle', 'Content-Length': '2' }, '{}');
    expect(await statusOf(asking)).toBe(400);
    expect(asking.text).toMatch(/content-type: application\/problem\+json/i);
    asking.destroy();
  });

  test.each([
    ['bytes that are not HTTP', 'nonsense\r\n\r\n', 400, 'unreadable'],
    [
      'headers that are too long',
      `GET / HTTP/1.1\r\nA: ${'a'.repeat(70_000)}\r\n`,
      431,
      'too_large',
    ],
  ])('%s get a problem document with a code', async (_what, bytes, status, code) => {
    const connection = await RawConnection.open(service.origin);
    connection.write(bytes);
    expect(await statusOf(connection)).toBe(status);
    const body = await waitFor(() => connection.text.split('\r\n\r\n')[1] || undefined, 10_000);
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status, code });
    expect(connection.text).toMatch(/cache-control: no-store/i);
  });

  test('150 at once with 16 MiB each use no memory, and each is closed', async () => {
    const before = residentMib();
    const part = Buffer.alloc(MIB, ' ');
    const connections = await Promise.all(
      Array.from({ length: 150 }, (_, i) => {
        const paths = [EVENTS_PATH, '/nothing', '/webhooks/standard', '/v1/batch', '/session'];
        return begun(paths[i % paths.length]!, long, part);
      }),
    );
    for (const connection of connections) {
      // After ten requests without a signature, webhooks answer 429.
      expect([401, 404, 413, 429]).toContain(await statusOf(connection));
    }
    expect(residentMib() - before).toBeLessThan(80);
    await waitFor(() => connections.every(({ isClosed }) => isClosed) || undefined, 20_000);
  });
});

describe('the memory of all bodies together is bounded', () => {
  test('a body beyond the limit gets 503 with Retry-After, and released memory can be used again', async () => {
    const headers = { ...bearer, 'Content-Length': String(16 * MIB) };
    const slow = await Promise.all([begun(EVENTS_PATH, headers), begun(EVENTS_PATH, headers)]);
    const held = async () => ((await heldMib()) === 32 ? true : undefined);
    await waitFor(held, 10_000);
    const refused = await begun(EVENTS_PATH, headers);
    expect(await statusOf(refused)).toBe(503);
    expect(refused.text).toMatch(/retry-after: \d/i);
    for (const connection of [...slow, refused]) connection.destroy();
    await waitFor(async () => ((await heldMib()) === 0 ? true : undefined), 10_000);
    expect((await send(service.api, [anEvent('user.active')])).status).toBe(200);
  });

  test('the unpacked size of a body counts', async () => {
    const headers = { ...bearer, 'Content-Length': String(16 * MIB) };
    const slow = await Promise.all([begun(EVENTS_PATH, headers), begun(EVENTS_PATH, headers)]);
    await waitFor(async () => ((await heldMib()) === 32 ? true : undefined), 10_000);
    const packed = gzipSync(JSON.stringify([anEvent('user.active')]).padEnd(12 * MIB));
    const refused = await send(service.api, packed, { 'Content-Encoding': 'gzip' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    for (const connection of slow) connection.destroy();
    await waitFor(async () => ((await heldMib()) === 0 ? true : undefined), 10_000);
    expect((await send(service.api, packed, { 'Content-Encoding': 'gzip' })).status).toBe(200);
  });

  async function heldMib(): Promise<number> {
    const { body } = await service.api.get<string>('/metrics');
    return Math.floor(Number(/^insightd_request_body_bytes (\d+)/m.exec(body)![1]) / MIB);
  }
});

describe('JSON that would take seconds to parse is refused with a message', () => {
  const named = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
  test.each<[string, () => string, RegExp]>([
    ['16 MiB of [', () => '['.repeat(16 * MIB), /500,000 values/],
    ['16 MiB of {"a":', () => '{"a":'.repeat(3 * MIB), /500,000 values/],
    ['600,000 names', () => JSON.stringify(named(600_000)), /500,000 values/],
  ])('%s', async (_what, body, words) => {
    const reply = await send(service.api, body());
    expect(reply.status).toBe(400);
    expect(problem(reply).detail).toMatch(words);
    const tracked = await service.api.post('/v1/track', body());
    expect([tracked.status, problem(tracked).detail]).toEqual([400, problem(reply).detail]);
  });

  test.each<[string, () => string, RegExp]>([
    ['20,000 names', () => JSON.stringify(named(20_000)), /10000 members/],
    ['100 levels', () => '['.repeat(100) + ']'.repeat(100), /64 levels/],
  ])('%s, which rejects that event alone', async (_what, value, words) => {
    const body = `[${value()},${JSON.stringify(anEvent('user.active'))}]`;
    const reply = await send(service.api, body);
    expect([reply.status, reply.body.accepted]).toEqual([200, 1]);
    expect(reply.body.rejected).toMatchObject([
      { index: 0, errors: { event: [expect.stringMatching(words)] } },
    ]);
  });

  test('a line that is nested too deeply rejects no other line, and its reason is stored', async () => {
    const deep = `{"id": "deep", "data": ${'['.repeat(100)}${']'.repeat(100)}}`;
    const lines = [JSON.stringify(anEvent('user.active')), deep].join('\n');
    const { status, body } = await send(service.api, lines, {
      'Content-Type': 'application/x-ndjson',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, errors: { event: ['must not be nested deeper than 64 levels'] } }],
    });
  });

  test('text with a million commas is accepted', async () => {
    const event = anEvent('user.created', {
      user_id: 'commas',
      signup_query_parameters: { note: ',[{'.repeat(1_000_000) },
    });
    expect((await send(service.api, [event])).body).toEqual({ accepted: 1, rejected: [] });
  });

  test('a webhook nested too deeply becomes a dead letter with the reason', async () => {
    const body = '['.repeat(100) + ']'.repeat(100);
    const message = signStandard('standard', TEST_SECRET, body, { id: 'deep-webhook' });
    expect((await deliver(service.api, message)).body).toEqual({ outcome: 'rejected' });
    const { body: letters } = await service.api.get<{ dead_letters: { errors: object }[] }>(
      '/api/admin/v1/dead_letters?limit=1',
    );
    expect(letters.dead_letters[0]!.errors).toEqual({
      body: ['must not be nested deeper than 64 levels'],
    });
  });
});

test('the key may be in the body or the address, also in a packed body', async () => {
  const call = { type: 'track', event: 'x', userId: 'by-body', messageId: 'by-body' };
  const body = JSON.stringify({ batch: [call], writeKey: TEST_KEY });
  const post = (path: string, text: string | Uint8Array) =>
    fetch(service.origin + path, { method: 'POST', body: text as string });
  expect((await post('/v1/batch', body)).status).toBe(200);
  expect((await post('/v1/batch', gzipSync(body))).status).toBe(200);
  expect((await post(`/v1/track?writeKey=${TEST_KEY}`, JSON.stringify(call))).status).toBe(200);
  expect((await post('/v1/batch', body.replace(TEST_KEY, 'wrong'))).status).toBe(401);
  expect((await post('/v1/batch', gzipSync(`"${'x'.repeat(600_000)}"`))).status).toBe(413);
});

describe('malformed requests', () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
  const count = Number(process.env['FUZZ_REQUESTS'] ?? 600);

  test(`get a reply in time, and never a server error (seed ${seed})`, async () => {
    const fuzzer = new RequestFuzzer(seed, TEST_KEY);
    const next = async () => {
      for (let sent = 0; sent < count / 8; sent++) {
        const bytes = fuzzer.next();
        const { statuses, ms } = await sendBytes(service.origin, bytes);
        const faults = statuses.filter((status) => status >= 500 && status !== 503);
        if (faults.length > 0 || ms > 5_000) {
          throw new Error(`${statuses.join(' ')} after ${ms} ms: ${bytes.toString('latin1')}`);
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, next));
    expect(service.log.filter((line) => line.includes('request failed'))).toEqual([]);
    expect((await service.api.get('/health/live')).status).toBe(200);
  });
});

test('a body that stops arriving is given up, and its connection is closed', async () => {
  expect(await waitFor(() => stalled.statuses[0], 20_000)).toBe(408);
  await waitFor(() => stalled.isClosed || undefined, 10_000);
});

// The last test, since it stops the service.
test('during the stop, requests get 503 with Retry-After as a problem document', async () => {
  const body = JSON.stringify([anEvent('user.active')]);
  const length = String(Buffer.byteLength(body));
  const underWay = await begun(EVENTS_PATH, { ...bearer, 'Content-Length': length }, '[');
  const idle = await RawConnection.open(service.origin);
  idle.write(requestHead('GET', '/health/live', {}));
  expect(await statusOf(idle)).toBe(200);
  const stopped = service.stop();
  await waitFor(() => service.log.some((line) => line.includes('"stopping"')) || undefined);
  // On a busy connection, since idle ones are closed.
  underWay.write(body.slice(1));
  underWay.write(requestHead('GET', '/api/backend/v1/reports', bearer));
  await waitFor(() => underWay.statuses.length === 2 || undefined, 10_000);
  expect(underWay.statuses).toEqual([200, 503]);
  const refusal = underWay.text.slice(underWay.text.indexOf('HTTP/1.1 503'));
  expect(refusal).toMatch(/retry-after: \d+/i);
  expect(refusal).toMatch(/connection: close/i);
  expect(refusal).toMatch(/content-type: application\/problem\+json/i);
  expect(await stopped).toBe(0);
});

/** The memory of the service's process. */
function residentMib(): number {
  const status = readFileSync(`/proc/${service.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1024;
}
