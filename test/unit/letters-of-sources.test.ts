import { expect, test } from '@jest/globals';
import { readMessage, type Incoming } from '../../libs/ingest/http/read-events.js';
import type { Source } from '../../libs/ingest/sources/source.js';
import { source as clerk } from '../../libs/ingest/sources/clerk/source.js';
import { source as standard } from '../../libs/ingest/sources/standard/source.js';
import { source as tracking } from '../../libs/ingest/sources/tracking/source.js';
import { source as workos } from '../../libs/ingest/sources/workos/source.js';
import { translate } from '../../libs/ingest/pipeline/translate.js';

const NOW = Date.UTC(2026, 0, 31, 12);
const ADDRESS = 'Eve.Guest@example.com';

function take(
  source: Source,
  content: Incoming,
  { id = 'm', raw }: { id?: string; raw?: Buffer } = {},
) {
  const message = { id, at: NOW, receivedAt: NOW, content, ...(raw && { raw }) };
  return translate(source, message, { now: NOW, canFetch: false });
}

const invitation = (data: object) => ({ type: 'user.invited_to_org', data });
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

test.each<[string, Source, object]>([
  ['misspelt', standard, invitation({ inviter_user_id: 'ada', Invited_Mail: ADDRESS })],
  ['in a list', standard, invitation({ inviter_user_id: 'ada', invitee_email: [ADDRESS] })],
  ['nested', standard, invitation({ inviter_user_id: 'ada', x: { email: ADDRESS } })],
  [
    'in base64',
    standard,
    { type: 'user.invited_to_org', data_base64: base64({ invitee_email: ADDRESS }) },
  ],
  [
    'in a property',
    tracking,
    { type: 'track', userId: 'ada', event: 'Invite Sent', properties: { email: ADDRESS } },
  ],
  [
    'of the wrong type',
    workos,
    { event: 'invitation.created', data: { inviter_user_id: 7, email: [ADDRESS] } },
  ],
])('an invitee’s address is not stored, %s', (_, source, body) => {
  const { rejected } = take(source, { value: body }, { raw: Buffer.from(JSON.stringify(body)) });
  expect(rejected).toHaveLength(1);
  const text = rejected[0]!.body.toString('utf8');
  expect(text).not.toContain('example.com');
  expect(text).not.toContain(base64({ invitee_email: ADDRESS }));
});

test('a Clerk invitation that is nested too deeply is stored without the address', () => {
  const value = { type: 'organizationInvitation.created', data: { email_address: ADDRESS } };
  const { rejected } = take(clerk, { value, problem: 'must not be nested deeper' });
  expect(rejected[0]!.body.toString('utf8')).not.toContain('example.com');
});

test('an event in base64 is stored decoded, with the ids and addresses that it mentions', () => {
  const body = {
    type: 'user.created',
    data_base64: base64({ user_id: 7, email: 'ada@example.com' }),
  };
  const { rejected } = take(standard, { value: body });
  expect(rejected[0]!.body.toString('utf8')).toContain('"user_id":7');
  expect(rejected[0]!.mentions.texts).toEqual(expect.arrayContaining(['7', 'ada@example.com']));
});

test('a message that is not UTF-8 is rejected, and stored byte for byte', () => {
  const raw = Buffer.from('{"type":"user.active","data":{"user_id":"caf\xe9"}}', 'latin1');
  const { events, rejected } = take(standard, readMessage(raw), { raw });
  expect(events).toEqual([]);
  expect(rejected[0]!.errors).toEqual({ body: ['must be UTF-8'] });
  expect(rejected[0]!.body).toEqual(raw);
  expect(readMessage(rejected[0]!.body)).toHaveProperty('problem');
});

test('every event of a message with the longest id has a unique id', () => {
  const event = { type: 'user.active', data: { user_id: 'ada' } };
  const { events, rejected } = take(
    standard,
    { value: [event, event, event] },
    { id: 'x'.repeat(255) },
  );
  expect(rejected).toEqual([]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(3);
});

test('an update of a Clerk user creates no user whose creation would be rejected', () => {
  const data = { id: 'ada', created_at: NOW, first_name: 'Ada', email_addresses: [] };
  const of = (type: string, more: object = {}) =>
    take(clerk, { value: { type, data: { ...data, ...more }, timestamp: NOW } });
  expect(of('user.created').events).toEqual([]);
  expect(of('user.updated').events).toMatchObject([{ type: 'user.updated' }]);
  const phone = { phone_numbers: [{ phone_number: '+4915100000000' }] };
  expect(of('user.updated', phone).events).toMatchObject([{ type: 'user.created' }]);
});
