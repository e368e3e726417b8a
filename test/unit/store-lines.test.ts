import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { NdjsonFormat } from '../../libs/ingest/import/ndjson-format.js';
import { peekStoreHeader } from '../../libs/ingest/import/store-header.js';

const CONTEXT = {
  ...{ now: Date.UTC(2026, 1, 1), receivedAt: Date.UTC(2026, 1, 1), defaultSource: 'import' },
};
const HASH = 'a1'.repeat(16);
const time = '2026-01-02T03:04:05.678Z';

const header = (data: object = {}) => ({
  type: 'insightd.store',
  data: { format: 1, time_zone: 'UTC', hash_key: { fingerprint: HASH }, ...data },
});
const end = (lines: number) => ({ type: 'insightd.end', data: { lines } });
const event = (type: string, data: object, id = 'k', source = 's') => ({
  type,
  id,
  source,
  time,
  data,
});
const invite = event('user.invited_to_org', { inviter_user_id: 'u', invitee_hash: HASH });

function read(values: readonly unknown[]) {
  const format = new NdjsonFormat(CONTEXT);
  const lines = values.map((value, index) => ({ number: index + 1, text: JSON.stringify(value) }));
  const result = format.read(lines);
  format.end();
  return { ...result, problem: format.problem };
}

/** The first line of a file that arrives in chunks of 7 bytes. */
async function peek(text: string) {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 7) parts.push(bytes.subarray(at, at + 7));
  const chunks = Readable.from(parts);
  const file = { chunks, size: undefined, read: () => 0, writtenAt: undefined };
  const peeked = await peekStoreHeader(file);
  const all: Buffer[] = [];
  for await (const chunk of peeked.file.chunks) all.push(chunk);
  expect(Buffer.concat(all).toString()).toBe(text);
  return peeked.header;
}

test('an exported store has order keys as ids, orgs without names, invites with hashes', () => {
  const key = `1767323045678:${'k'.repeat(255)}`;
  const { events, rejected, records, problem } = read([
    header(),
    event('user.updated', { user_id: 'u', email: null, first_name: null }, key),
    event('org.created', { org_id: 'o', created_at: time }),
    invite,
    {
      type: 'insightd.erased_domain',
      data: { user_id: 'u', time, event_id: key, source: 's', domain: HASH, parents: [HASH] },
    },
    {
      type: 'insightd.identity',
      data: { source: 's', event_id: 'k', received_at: '2026-01-02T03:04:05.678901Z' },
    },
    { type: 'insightd.exclusions', data: { email_domains: ['*.example.com'] } },
    end(8),
  ]);
  expect([rejected, problem]).toEqual([[], undefined]);
  expect(events.map(({ id, at }) => [id, at])).toEqual([
    [key, Date.parse(time)],
    ['k', Date.parse(time)],
    ['k', Date.parse(time)],
  ]);
  expect(events[2]!.data).toEqual({ inviter_user_id: 'u', invitee_hash: HASH, org_id: undefined });
  expect(records!.map(({ type }) => type)).toEqual([
    ...['insightd.store', 'insightd.erased_domain', 'insightd.identity', 'insightd.exclusions'],
    'insightd.end',
  ]);
});

test('other files do not have such lines', () => {
  const { events, rejected } = read([invite, header(), event('org.created', { org_id: 'o' })]);
  expect([events, rejected.map(({ number }) => number)]).toEqual([[], [1, 2, 3]]);
});

test('a file without its last line, or with fewer lines than it says, is not complete', () => {
  expect(read([header(), invite]).problem).toContain('lines are missing');
  expect(read([header(), invite, end(4)]).problem).toContain('lines are missing');
  expect(read([header(), invite, end(3)]).problem).toBeUndefined();
  expect(read([event('user.active', { user_id: 'u' })]).problem).toBeUndefined();
});

test('a wrong line of an exported store is rejected with the reason', () => {
  const { rejected } = read([
    header(),
    { type: 'insightd.identity', data: { source: 's', event_id: 'k', received_at: 'today' } },
    { type: 'insightd.other', data: {} },
    event('user.invited_to_org', { inviter_user_id: 'u', invitee_email: 'a@b.example' }),
    end(5),
  ]);
  expect(rejected.map(({ errors }) => Object.keys(errors))).toEqual([
    ['data.received_at'],
    expect.arrayContaining(['type']),
    ['data.invitee_hash'],
  ]);
});

test('the first line of a file is read without consuming it', async () => {
  const line = `${JSON.stringify(header({ time_zone: 'Asia/Tokyo' }))}\n`;
  expect(await peek(line + '{}\n')).toMatchObject({ time_zone: 'Asia/Tokyo' });
  expect(await peek('')).toBeUndefined();
  expect(await peek('no json\n')).toBeUndefined();
  expect(await peek(JSON.stringify(event('user.active', { user_id: 'u' })))).toBeUndefined();
});

test('a file of a later format is refused as a whole', async () => {
  const later = JSON.stringify(header({ format: 2 }));
  await expect(peek(later)).rejects.toThrow(
    'data.format must be 1: import the file with the release',
  );
  const zone = JSON.stringify(header({ time_zone: 'Mars' }));
  await expect(peek(zone)).rejects.toThrow('data.time_zone must be a time zone');
});
