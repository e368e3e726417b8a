import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { CloudEvent, HTTP, type Message } from 'cloudevents';
import { Imports, lines, printedCount } from '../../support/imports.js';
import { ask } from '../../support/database.js';
import { letters } from '../../support/letters.js';
import { EVENTS_PATH, send, signupParameters } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
});
beforeEach(() => ask(service.databaseUrl, 'truncate dead_letters'));
afterAll(() => service.close());

const event = (userId: unknown, over: object = {}) =>
  new CloudEvent({
    ...{ id: `event ${String(userId)}`, type: 'user.created', source: '/shop', time: undefined },
    data: { user_id: userId, email: 'e@x.example' },
    ...over,
  });
const bytesOf = (value: unknown) => new Uint8Array(Buffer.from(JSON.stringify(value)));

/** Sends a message as the package produces it. */
async function deliver({ headers, body }: Message): Promise<[number, unknown]> {
  const reply = await fetch(service.origin + EVENTS_PATH, {
    method: 'POST',
    headers: {
      ...(headers as Record<string, string>),
      Authorization: `Bearer ${service.api.key}`,
    },
    body: body as string,
  });
  return [reply.status, await reply.json()];
}

async function isKnown(userId: string): Promise<boolean> {
  return (await signupParameters(service.api, userId)).status === 200;
}

const ACCEPTED = [200, { accepted: 1, rejected: [] }];

test('an event of the package cloudevents is accepted in both modes', async () => {
  expect(await deliver(HTTP.binary(event('binary')))).toEqual(ACCEPTED);
  expect(await deliver(HTTP.structured(event('structured')))).toEqual(ACCEPTED);
  const bytes = bytesOf({ user_id: 'bytes', email: 'e@x.example' });
  expect(await deliver(HTTP.binary(event('bytes', { data: bytes })))).toEqual(ACCEPTED);
  const data = bytesOf({ user_id: 'base64', email: 'e@x.example' });
  const encoded = HTTP.structured(event('base64', { data }));
  expect(encoded.body).toContain('data_base64');
  expect(await deliver(encoded)).toEqual(ACCEPTED);
  for (const userId of ['binary', 'structured', 'bytes', 'base64']) {
    expect([userId, await isKnown(userId)]).toEqual([userId, true]);
  }
});

test('a batch of CloudEvents is accepted as one body', async () => {
  const data = bytesOf({ user_id: 'batched 2', email: 'e@x.example' });
  const batch = [event('batched 1'), event('batched 2', { data })];
  const headers = { 'Content-Type': 'application/cloudevents-batch+json; charset=utf-8' };
  const { body } = await send(service.api, JSON.stringify(batch), headers);
  expect(body).toEqual({ accepted: 2, rejected: [] });
  expect(await isKnown('batched 2')).toBe(true);
});

test('attributes in headers give the same identity, time and source as in a body', async () => {
  const [id, time] = ['Zoë %/1', '2025-05-11T10:00:00Z'];
  const post = (headers: Record<string, string>, name: string) =>
    send(service.api, JSON.stringify({ org_id: 'headers', name }), {
      ...{ 'ce-specversion': '1.0', 'ce-type': 'org.created', 'ce-source': '/a%20b' },
      ...{ 'ce-time': time, ...headers },
    });
  expect((await post({ 'ce-id': encodeURIComponent(id) }, 'First')).status).toBe(200);
  const again = {
    type: 'org.created',
    id,
    source: '/a b',
    data: { org_id: 'headers', name: 'Second' },
  };
  expect((await send(service.api, again)).status).toBe(200);
  const [known] = await ask<Record<string, unknown>>(
    service.databaseUrl,
    `select name, created_at = '${time}'::timestamptz as at from orgs join org_ids using (id) where org_id = 'headers'`,
  );
  expect(known).toEqual({ name: 'First', at: true });
});

test('a wrong event is rejected by field, and stored with its data', async () => {
  const rejected = async (body: unknown, headers: Record<string, string> = {}) => {
    const reply = await send(service.api, body, headers);
    return [reply.status, Object.keys(reply.body.rejected?.[0]?.errors ?? {})];
  };
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const encoded = (data_base64: unknown) => ({ id: 'e', type: 'user.deleted', data_base64 });
  for (const wrong of [7, 'no base64!', base64('{'), base64('\xff')]) {
    expect(await rejected(encoded(wrong))).toEqual([400, ['data_base64']]);
  }
  expect(await rejected(encoded(base64('{"user_id":7}')))).toEqual([400, ['data.user_id']]);
  const headers = { 'ce-id': 'h', 'ce-type': 'user.deleted', 'ce-specversion': '1.0' };
  expect(await rejected('{"user_id":738529527931260425}', headers)).toEqual([
    400,
    ['data.user_id'],
  ]);
  expect(await rejected('[]', headers)).toEqual([400, ['data']]);
  expect(await rejected('{}', { ...headers, 'ce-specversion': '0.3' })).toEqual([
    400,
    ['specversion', 'data.user_id'],
  ]);
  const bodies = (await letters(service.api)).map(({ body }) => body);
  expect(bodies).toContain('{"id":"e","type":"user.deleted","data":{"user_id":7}}');
  expect(bodies.join()).toContain('"data":{"user_id":738529527931260425}');
  const form = { ...headers, 'Content-Type': 'text/plain' };
  expect((await service.api.post(EVENTS_PATH, '{}', form)).status).toBe(415);
  expect((await service.api.post(EVENTS_PATH, '', headers)).status).toBe(400);
});

test('an import reads data in base64', async () => {
  const imports = await Imports.into(service.databaseUrl);
  const data_base64 = Buffer.from('{"user_id":"past","email":"e@x.example"}').toString('base64');
  await imports.write('e.ndjson', lines([{ id: 'e', type: 'user.created', data_base64 }]));
  expect(printedCount(await imports.run('ndjson', 'e.ndjson'), 'events written')).toBe(1);
  expect(await isKnown('past')).toBe(true);
  await imports.remove();
});
