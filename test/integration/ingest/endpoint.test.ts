import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Reply } from '../../support/api.js';
import { anEvent, EVENTS_PATH, problem, send, signupParameters } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

const MIB = 2 ** 20;
const NDJSON = { 'Content-Type': 'application/x-ndjson' };
const GZIP = { 'Content-Encoding': 'gzip' };

let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
});
afterAll(() => service.close());

function user(user_id: string): Record<string, unknown> {
  return anEvent('user.created', { user_id, signup_query_parameters: { from: user_id } });
}

function lines(...events: unknown[]): string {
  return events.map((event) => JSON.stringify(event)).join('\n');
}

/** Which of the users are known. */
async function known(...ids: string[]): Promise<string[]> {
  const replies = await Promise.all(ids.map((id) => signupParameters(service.api, id)));
  return ids.filter((_, i) => replies[i]!.status === 200);
}

function expectProblem(reply: Reply, status: number): void {
  expect(reply.status).toBe(status);
  expect(problem(reply)).toMatchObject({ status, title: expect.stringMatching(/\w/) });
}

describe('the accepted bodies', () => {
  test.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['Application/JSON'],
    ['application/cloudevents+json'],
    ['application/cloudevents+json; charset=UTF-8'],
  ])('one event as %s is accepted', async (type) => {
    const event = user(`one as ${type}`);
    const { status, body } = await send(service.api, event, { 'Content-Type': type });
    expect([status, body]).toEqual([200, { accepted: 1, rejected: [] }]);
    expect(await known(`one as ${type}`)).toHaveLength(1);
  });

  test.each([['application/json'], ['application/cloudevents-batch+json']])(
    'an array of events as %s is taken',
    async (type) => {
      const ids = [`first as ${type}`, `second as ${type}`];
      const { status, body } = await send(service.api, ids.map(user), { 'Content-Type': type });
      expect([status, body]).toEqual([200, { accepted: 2, rejected: [] }]);
      expect(await known(...ids)).toEqual(ids);
    },
  );

  test('a body without a content type is read as JSON', async () => {
    const response = await fetch(service.origin + EVENTS_PATH, {
      method: 'POST',
      headers: { Authorization: `Bearer ${service.api.key}` },
      body: new TextEncoder().encode(JSON.stringify(user('untyped'))),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ accepted: 1, rejected: [] });
  });

  test('an event may carry all of the CloudEvents attributes, and unknown ones', async () => {
    const event = {
      ...user('attributed'),
      specversion: '1.0',
      source: '/app/one',
      time: '2025-03-01T10:00:00.123456+02:00',
      subject: 'attributed',
      datacontenttype: 'application/json',
      dataschema: 'https://example.com/schema',
      traceparent: '00-1',
    };
    const { status, body } = await send(service.api, event);
    expect([status, body]).toEqual([200, { accepted: 1, rejected: [] }]);
  });

  test('one event per line is accepted, with blank lines and Windows line ends', async () => {
    const body = `${lines(user('line 1'))}\r\n\r\n${lines(user('line 2'))}\n\n${lines(user('line 3'))}`;
    const reply = await send(service.api, body, NDJSON);
    expect([reply.status, reply.body]).toEqual([200, { accepted: 3, rejected: [] }]);
    expect(await known('line 1', 'line 2', 'line 3')).toHaveLength(3);
  });

  test('a line that is not JSON is rejected by its index, and the other lines count', async () => {
    const body = [lines(user('above')), '{"id": "torn", "ty', lines(user('below'))].join('\n');
    const reply = await send(service.api, body, NDJSON);
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ accepted: 2, rejected: [{ index: 1, id: null }] });
    expect(Object.values(reply.body.rejected[0]!.errors).flat()[0]).toMatch(/\w/);
    expect(await known('above', 'below')).toHaveLength(2);
  });

  test('an empty array is a valid request without events', async () => {
    const { status, body } = await send(service.api, []);
    expect([status, body]).toEqual([200, { accepted: 0, rejected: [] }]);
  });

  test.each([
    ['gzip', 'application/json'],
    ['GZIP', 'application/json'],
    ['gzip', 'application/x-ndjson'],
  ])('a body packed with %s is accepted as %s', async (encoding, type) => {
    const id = `packed with ${encoding} as ${type}`;
    const reply = await send(service.api, gzipSync(lines(user(id))), {
      'Content-Type': type,
      'Content-Encoding': encoding,
    });
    expect([reply.status, reply.body]).toEqual([200, { accepted: 1, rejected: [] }]);
    expect(await known(id)).toEqual([id]);
  });
});

describe('partial acceptance', () => {
  test('a bad event never rejects other events, and the reply names it exactly', async () => {
    const events = [
      user('good 1'),
      { id: 'bad-1', type: 'user.created', data: { email: 'a@example.com' } },
      user('good 2'),
      { id: 'bad-2', type: 'user.added_to_org', data: { user_id: 'u' } },
      'not an event',
    ];
    const { status, body } = await send(service.api, events);
    expect(status).toBe(200);
    expect(body).toEqual({
      accepted: 2,
      rejected: [
        { index: 1, id: 'bad-1', errors: { 'data.user_id': [expect.any(String)] } },
        { index: 3, id: 'bad-2', errors: { 'data.org_id': [expect.any(String)] } },
        { index: 4, id: null, errors: expect.any(Object) },
      ],
    });
    expect(await known('good 1', 'good 2')).toHaveLength(2);
  });

  test('a request whose events are all rejected gets 400 and the same body', async () => {
    const events = [
      anEvent('user.created', { user_id: 7 }),
      anEvent('org.created', { name: null }),
    ];
    const { status, headers, body } = await send(service.api, events);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toEqual({
      accepted: 0,
      rejected: [
        { index: 0, id: events[0]!['id'], errors: { 'data.user_id': [expect.any(String)] } },
        { index: 1, id: events[1]!['id'], errors: { 'data.name': [expect.any(String)] } },
      ],
    });
  });

  test('a single event that is rejected gets the same body', async () => {
    const { status, body } = await send(service.api, { id: 'single', type: 'user.deleted' });
    expect(status).toBe(400);
    expect(body).toEqual({
      accepted: 0,
      rejected: [{ index: 0, id: 'single', errors: { data: [expect.any(String)] } }],
    });
  });
});

describe('a body that cannot be read as events gets a problem document, and no event counts', () => {
  const broken = `[${lines(user('before the tear'))}, {"id":`;
  test.each<[string, string | Uint8Array, Record<string, string>]>([
    ['torn JSON', broken, {}],
    ['nothing at all', '', {}],
    ['white space', ' \n ', {}],
    ['null', 'null', {}],
    ['a number', '5', {}],
    ['a string', '"event"', {}],
    ['bytes that are not UTF-8', Buffer.from(lines(user('caf\u00e9')), 'latin1'), {}],
    ['lines that are not UTF-8', Buffer.from(lines(user('th\u00e9')), 'latin1'), NDJSON],
    ['invalid gzip', lines(user('unpacked')), GZIP],
    ['gzip cut short', gzipSync(lines(user('cut short'))).subarray(0, -9), GZIP],
  ])('%s: 400', async (_what, body, headers) => {
    expectProblem(await send(service.api, body, headers), 400);
    const unknown = ['before the tear', 'caf\ufffd', 'th\ufffd', 'unpacked', 'cut short'];
    expect(await known(...unknown)).toEqual([]);
  });

  test.each([['text/csv'], ['text/plain'], ['application/xml'], ['multipart/form-data']])(
    'content type %s: 415',
    async (type) => {
      expectProblem(await send(service.api, lines(user(type)), { 'Content-Type': type }), 415);
      expect(await known(type)).toEqual([]);
    },
  );

  test.each([['br'], ['deflate'], ['gzip, br']])('content encoding %s: 415', async (encoding) => {
    const headers = { 'Content-Encoding': encoding };
    expectProblem(await send(service.api, lines(user(encoding)), headers), 415);
    expect(await known(encoding)).toEqual([]);
  });
});

describe('limits', () => {
  const spaced = (id: string, bytes: number) => JSON.stringify([user(id)]).padEnd(bytes);
  const events = (count: number, id: string) => [
    user(id),
    ...Array.from({ length: count - 1 }, (_, i) => anEvent('user.active', { user_id: `u${i}` })),
  ];

  test('16 MiB are accepted, one byte more gets 413', async () => {
    const { status, body } = await send(service.api, spaced('16 MiB', 16 * MIB));
    expect([status, body]).toEqual([200, { accepted: 1, rejected: [] }]);
    // Many times, since a connection that is closed while a body arrives delivers the reply only by chance.
    for (let i = 0; i < 8; i++) {
      expectProblem(await send(service.api, spaced('too long', 16 * MIB + 1)), 413);
    }
    expect(await known('16 MiB', 'too long')).toEqual(['16 MiB']);
  });

  test('the limit applies to the unpacked size', async () => {
    const largest = gzipSync(spaced('16 MiB packed', 16 * MIB));
    expect((await send(service.api, largest, GZIP)).status).toBe(200);
    const bomb = gzipSync(spaced('bomb', 200 * MIB));
    expect(bomb.length).toBeLessThan(MIB);
    expectProblem(await send(service.api, bomb, GZIP), 413);
    expect(await known('16 MiB packed', 'bomb')).toEqual(['16 MiB packed']);
  });

  test('10,000 events are accepted, one more gets 413 and no event counts', async () => {
    const { status, body } = await send(service.api, events(10_000, '10,000'));
    expect([status, body]).toEqual([200, { accepted: 10_000, rejected: [] }]);
    expectProblem(await send(service.api, events(10_001, 'too many')), 413);
    expectProblem(await send(service.api, lines(...events(10_001, 'too many lines')), NDJSON), 413);
    expect(await known('10,000', 'too many', 'too many lines')).toEqual(['10,000']);
  });
});
