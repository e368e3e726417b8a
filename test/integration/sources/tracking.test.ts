import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Api } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { plantKey } from '../../support/keys.js';
import { letters, replay } from '../../support/letters.js';
import { problem, signupParameters } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';
import { basic, libraryRequests, sendCalls, type Call } from '../../support/tracking.js';

const DONE = { success: true };

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
beforeEach(() => ask(service.databaseUrl, 'truncate dead_letters'));
afterAll(() => service.close());

const identify = (userId: string, more: Call = {}): Call => ({
  ...{ type: 'identify', userId, messageId: `identify ${userId}` },
  ...{ traits: { email: 'someone@x.example' }, ...more },
});

async function isKnown(userId: string): Promise<boolean> {
  return (await signupParameters(service.api, userId)).status === 200;
}

/** The days on which a user was active, as the store has them. */
async function activeDays(userId: string): Promise<string[]> {
  await service.chartsAreFresh();
  const rows = await ask<{ day: string }>(
    service.databaseUrl,
    `select day::text from activity, user_ids where user_id = $1 and block = id >> 12
      and get_bit(bits, id & 4095) = 1 order by day`,
    [userId],
  );
  return rows.map(({ day }) => day);
}

test('each kind of call has its own path, which determines the kind', async () => {
  expect((await sendCalls(service.api, 'identify', identify('path'))).body).toEqual(DONE);
  expect(await isKnown('path')).toBe(true);
  for (const path of ['group', 'track', 'page', 'screen', 'alias']) {
    const call = { userId: 'path', groupId: 'acme', event: 'x', timestamp: '2026-01-31T12:00:00Z' };
    const { status, body } = await sendCalls(service.api, path, { ...call, type: 'dance' });
    expect([path, status, body]).toEqual([path, 200, DONE]);
  }
  expect(await activeDays('path')).toContain('2026-01-31');
  expect(problem(await sendCalls(service.api, 'dance', {}))).toMatchObject({ status: 404 });
  expect(await letters(service.api)).toEqual([]);
});

test('requests of libraries in other languages are accepted unchanged', async () => {
  for (const { library, path, headers, body } of libraryRequests(service.api.key)) {
    const reply = await fetch(service.origin + path, { method: 'POST', headers, body });
    expect([library, reply.status, await reply.json()]).toEqual([library, 200, DONE]);
    expect([library, await isKnown(library)]).toEqual([library, true]);
  }
  expect(await letters(service.api)).toEqual([]);
});

test('each one-letter path is a kind of call, also with extra slashes', async () => {
  for (const path of ['i', 'g', 't', 'p', 's', 'a', '/page/', 'import', 'batch//']) {
    const call = { userId: `at ${path}`, groupId: 'g', batch: [] };
    const { status, body } = await sendCalls(service.api, path, call);
    expect([path, status, body]).toEqual([path, 200, DONE]);
  }
  expect(await activeDays('at t')).toHaveLength(1);
  for (const path of ['b', 'identify/x', 'pages']) {
    expect((await sendCalls(service.api, path, {})).status).toBe(404);
  }
});

test('an error has the members that the libraries display', async () => {
  const { api } = service;
  const refused = await sendCalls(api, 'batch', '{', { Authorization: basic('unknown') });
  expect([refused.status, refused.body]).toMatchObject([
    401,
    { code: 'unauthorized', message: expect.any(String), error: { code: 'unauthorized' } },
  ]);
  const wrong = await sendCalls(api, '/batch/', '{');
  expect([wrong.status, wrong.body]).toMatchObject([
    400,
    { error: { message: expect.any(String) } },
  ]);
});

test('a key in the body is searched in 512 KiB, packed or not, and is stored nowhere', async () => {
  const post = async (body: unknown, packed: boolean) => {
    const text = JSON.stringify(body);
    const init = { method: 'POST', body: packed ? gzipSync(text) : text };
    return (await fetch(`${service.origin}/v1/batch`, init)).status;
  };
  const writeKey = service.api.key;
  const filler = 'x'.repeat(512 * 1024);
  const call = { type: 'dance', writeKey };
  for (const packed of [false, true]) {
    expect(await post({ batch: [call], writeKey }, packed)).toBe(200);
    expect(await post({ batch: [], writeKey, filler }, packed)).toBe(413);
    expect(await post({ batch: [], writeKey: 'unknown' }, packed)).toBe(401);
    expect(await post({ batch: [{ writeKey }] }, packed)).toBe(401);
    let deep: unknown = [];
    for (let level = 0; level < 100; level++) deep = [deep];
    expect(await post({ batch: [], writeKey, deep }, packed)).toBe(401);
    expect(await post({ batch: [], writeKey, text: '[{'.repeat(100) }, packed)).toBe(200);
  }
  const kept = await letters(service.api);
  expect(kept.map(({ body }) => body)).toEqual(['{"type":"dance"}']);
});

test('ids beyond 2^53 stay distinct, and a rounded one is refused', async () => {
  const call = (id: string) =>
    `{"type":"identify","messageId":"exact ${id}","userId":${id},"traits":{"email":"e@x.example"}}`;
  const ids = ['738529527931260425', '738529527931260426', '1e21', '-0', '12.0'];
  await sendCalls(service.api, 'batch', `{"batch":[${ids.map(call).join()}]}`);
  expect(await Promise.all(ids.slice(0, 2).map(isKnown))).toEqual([true, true]);
  const kept = await letters(service.api);
  expect(kept.map(({ body }) => body).sort()).toEqual(ids.slice(2).map(call).sort());
  expect(kept.map(({ errors }) => Object.keys(errors))).toEqual([
    ['userId'],
    ['userId'],
    ['userId'],
  ]);
});

test('a time that cannot be corrected rejects only its own call, also in a replay', async () => {
  const page = (userId: string, timestamp: string, sentAt?: string): Call => ({
    ...{ type: 'page', userId, messageId: userId, timestamp, sentAt },
  });
  const batch = [
    page('far ahead', '9999-12-31T23:59:59Z', '1990-01-01T00:00:00Z'),
    page('far behind', '1970-01-02T00:00:00Z', '9999-12-31T23:59:59Z'),
    page('serial', '46053'),
    page('neighbour', '2026-01-31 12:00:00+0000'),
  ];
  expect((await sendCalls(service.api, 'batch', { batch })).body).toEqual(DONE);
  expect(await activeDays('neighbour')).toEqual(['2026-01-31']);
  const named = async () => (await letters(service.api)).map(({ event_id }) => event_id).sort();
  expect(await named()).toEqual(['far ahead', 'far behind', 'serial']);
  expect(await replay(service.api)).toMatchObject({ accepted: 0 });
  expect(await named()).toHaveLength(3);
});

test('calls from an archive keep their original day', async () => {
  const on = (second: number) => `2025-05-11T10:00:0${second}.000Z`;
  const call = { type: 'page', userId: 'archived', messageId: 'archived', timestamp: on(1) };
  const archived = { ...call, originalTimestamp: on(0), sentAt: on(5), receivedAt: on(6) };
  await sendCalls(service.api, 'batch', { sentAt: new Date().toISOString(), batch: [archived] });
  expect(await activeDays('archived')).toEqual(['2025-05-11']);
});

test('JSON and gzip are detected by content, whatever the headers say', async () => {
  const packed = (userId: string) => gzipSync(JSON.stringify({ batch: [identify(userId)] }));
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const sent = [
    ['form', packed('form'), { ...form, 'Content-Encoding': 'gzip' }],
    ['unnamed', packed('unnamed'), form],
    ['plain', JSON.stringify({ batch: [identify('plain')] }), { 'Content-Type': 'text/plain' }],
  ] as const;
  for (const [userId, body, headers] of sent) {
    const reply = await sendCalls(service.api, 'batch', body, headers);
    expect([userId, reply.status, reply.body]).toEqual([userId, 200, DONE]);
    expect(await isKnown(userId)).toBe(true);
  }
});

test('the write key is a key with the scope ingest, as Basic or Bearer', async () => {
  const [reads, ingests] = await Promise.all(
    (['read', 'ingest'] as const).map((scope) => plantKey(service.databaseUrl, scope, scope)),
  );
  const statusOf = async (Authorization: string) =>
    (await sendCalls(service.api, 'page', {}, { Authorization })).status;
  expect(await statusOf(basic(ingests!))).toBe(200);
  expect(await statusOf(`Bearer ${ingests!}`)).toBe(200);
  expect(
    (await sendCalls(service.api, `page?writeKey=${reads!}`, {}, { Authorization: '' })).status,
  ).toBe(403);
  expect(await statusOf(basic(reads!))).toBe(403);
  for (const wrong of [basic('unknown'), 'Basic !', 'Basic', '']) {
    expect([wrong, await statusOf(wrong)]).toEqual([wrong, 401]);
  }
  // Basic is for tracking libraries alone.
  const native = await service.api.get('/api/admin/v1/sources', {
    Authorization: basic(service.api.key),
  });
  expect(native.status).toBe(401);
});

test('a bad call in a batch becomes a dead letter, and the other calls count', async () => {
  const bad = [
    7,
    { type: 'dance', userId: 'x' },
    { type: 'page', userId: 'x'.repeat(300), messageId: 'long' },
    { type: 'track', userId: 'x', event: 'Account Deleted', messageId: 'nowhere' },
    identify('ahead', { timestamp: '2999-01-01T00:00:00Z' }),
    identify('wrong', { traits: { email: 7 } }),
  ];
  const batch = [...bad, identify('good')];
  expect((await sendCalls(service.api, 'batch', { batch })).body).toEqual(DONE);
  expect(await isKnown('good')).toBe(true);
  const kept = await letters(service.api);
  expect(kept.map(({ errors }) => Object.keys(errors).join()).sort()).toEqual([
    ...['call', 'context.groupId', 'data.email', 'data.user_id', 'time', 'type'],
  ]);
  expect(kept.find(({ event_id }) => event_id === 'nowhere')).toMatchObject({
    ...{ source: 'tracking', sender: 'default', sender_kind: 'tracking', type: 'Account Deleted' },
    body: JSON.stringify(bad[3]),
  });
});

test('no dead letter has an invitee’s address', async () => {
  const properties = { invitee_email: ' Hidden@x.example', again: 'hidden@x.example' };
  const call = { userId: 'x'.repeat(300), event: 'Invite Sent', properties };
  await sendCalls(service.api, 'track', call);
  const [letter] = await letters(service.api);
  expect(letter!.body).toContain('Invite Sent');
  expect(letter!.body).not.toMatch(/hidden@/i);
});

test('a replayed dead letter keeps the time of its call', async () => {
  const timestamp = '2026-01-15T23:00:00-02:00';
  await sendCalls(service.api, 'page', { userId: 'later', timestamp, type: 'page' });
  const call = { userId: 'mended', timestamp, properties: { invitee_email: ' ' } };
  await sendCalls(service.api, 'track', { ...call, event: 'Invite Sent', messageId: 'mended' });
  const rename = `update dead_letters set body = convert_to(replace(
    convert_from(body, 'UTF8'), 'Invite Sent', 'Signed In'), 'UTF8')`;
  await ask(service.databaseUrl, rename);
  expect(await replay(service.api)).toEqual({ accepted: 1, rejected: [] });
  expect(await activeDays('mended')).toEqual(['2026-01-16']);
  expect(await activeDays('later')).toEqual(['2026-01-16']);
});

test('a call sent again changes nothing, even with another time', async () => {
  const page = (day: string) => ({
    ...{ type: 'page', userId: 'again', messageId: 'once' },
    timestamp: `2026-01-${day}T12:00:00Z`,
  });
  for (const day of ['10', '11', '12']) {
    expect((await sendCalls(service.api, 'batch', { batch: [page(day)] })).body).toEqual(DONE);
  }
  expect(await activeDays('again')).toEqual(['2026-01-10']);
});

test('a sender’s clock that is wrong by more than minutes is corrected', async () => {
  const day = 86_400_000;
  const off = (ms: number) => new Date(Date.now() + ms).toISOString();
  // It happened a day ago, and the sender's clock is forty days behind.
  const call = {
    type: 'page',
    userId: 'slow',
    messageId: 'slow',
    originalTimestamp: off(-41 * day),
  };
  await sendCalls(service.api, 'batch', { batch: [call], sentAt: off(-40 * day) });
  const days = [off(-day - 60_000), off(-day)].map((time) => time.slice(0, 10));
  expect(days).toEqual(expect.arrayContaining(await activeDays('slow')));
  expect(await activeDays('slow')).toHaveLength(1);
});

test('several identify calls give the same user in any order', async () => {
  const updates: [string, Call, string][] = [
    ['1', { email: 'first@x.example', firstName: 'Ada' }, '2026-01-02'],
    ['2', { email: 'second@x.example', createdAt: '2025-12-01' }, '2026-01-03'],
    ['3', { lastName: 'King' }, '2026-01-04'],
  ];
  const identifies = (userId: string) =>
    updates.map(([messageId, traits, day]) => {
      const timestamp = `${day}T00:00:00Z`;
      return identify(userId, { messageId: `${userId} ${messageId}`, traits, timestamp });
    });
  const [forth, back] = ['forth', 'back'];
  for (const call of identifies(forth)) await sendCalls(service.api, 'batch', { batch: [call] });
  for (const call of identifies(back).reverse())
    await sendCalls(service.api, 'batch', { batch: [call] });
  await service.api.run('2026-01-05');
  const { rows } = await service.api.ranking('user', 'champion', '60');
  const shown = (row: Record<string, unknown>) => ({ ...row, user_id: '', id: '', report_id: '' });
  const [one, other] = [forth, back].map((id) => rows.find((row) => row['user_id'] === id)!);
  expect(shown(one!)).toMatchObject({
    ...{ email: 'second@x.example', first_name: 'Ada', last_name: 'King' },
    user_created_at: Date.parse('2025-12-01T00:00:00Z') / 1000,
  });
  expect(shown(other!)).toEqual(shown(one!));
});

test('an unreadable or too large body is refused completely', async () => {
  const refused = async (path: string, body: unknown) =>
    problem(await sendCalls(service.api, path, body)).status;
  expect(await refused('batch', '{"batch": [')).toBe(400);
  expect(await refused('batch', '')).toBe(400);
  expect(await refused('batch', { batch: 7 })).toBe(400);
  expect(await refused('page', [])).toBe(400);
  expect(await refused('batch', Buffer.from([0x1f, 0x8b, 0]))).toBe(400);
  expect(await refused('batch', gzipSync(' '.repeat(17 * 1024 * 1024)))).toBe(413);
  expect(await refused('batch', { batch: Array.from({ length: 10_001 }, () => 7) })).toBe(413);
  expect(await letters(service.api)).toEqual([]);
});

test('the key is the sender: each has counts of its own', async () => {
  const key = await plantKey(service.databaseUrl, 'app', 'ingest');
  await sendCalls(new Api(service.origin, key), 'page', { userId: 'counted' });
  const { body } = await service.api.get<{ sources: Call[] }>('/api/insights/v1/sources');
  expect(body.sources).toContainEqual({
    ...{ source: 'app', kind: 'tracking', configured: true, last_event_at: expect.any(Number) },
  });
});
