import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { letters, LETTERS_PATH, replay, type Letter } from '../../support/letters.js';
import { anEvent, send, signupParameters } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';

/** The time of the database, which the service follows. */
const CLOCKS_DIFFER_MS = 500;
const TOO_FAR_MS = 10 * 60_000;

let service: TestService;
beforeAll(async () => {
  service = await startTestService({}, 'api');
});
beforeEach(() => ask(service.databaseUrl, 'truncate dead_letters'));
afterAll(() => service.close());

/** Events that are always rejected. */
function hopeless(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) =>
    anEvent('user.created', { email: 7 }, { id: `hopeless-${i}`, source: 'app' }),
  );
}

/** A user.created that becomes valid in a moment: its time is a little too far ahead. */
function early(user_id: string, ms: number): Record<string, unknown> {
  const time = new Date(Date.now() + TOO_FAR_MS + ms).toISOString();
  return anEvent('user.created', { user_id }, { time, source: 'app' });
}

async function expectRejected(...events: object[]): Promise<void> {
  const { body } = await send(service.api, events);
  expect([body.accepted, body.rejected.length]).toEqual([0, events.length]);
}

function eventIds(list: Letter[]): unknown[] {
  return list.map(({ event_id }) => event_id).sort();
}

test('a rejected event is stored as received, with the reason, and an accepted one is not', async () => {
  const event = anEvent('user.created', { email: ' ', note: 'kept too' }, { source: 'shop' });
  const sentAt = Math.floor(Date.now() / 1000);
  const { body } = await send(service.api, [anEvent('user.active'), event]);
  expect(await letters(service.api)).toEqual([
    {
      id: expect.stringMatching(/./),
      ...{ source: 'shop', event_id: event['id'], type: 'user.created' },
      ...{ sender: 'default', sender_kind: 'api' },
      errors: body.rejected[0]!.errors,
      ...{ attempts: 1, received_at: expect.any(Number), last_at: expect.any(Number) },
      body: JSON.stringify(event),
    },
  ]);
  const [letter] = await letters(service.api);
  expect(letter!.received_at).toBeGreaterThanOrEqual(sentAt);
  expect(letter!.received_at).toBeLessThanOrEqual(Date.now() / 1000);
  expect(Number.isInteger(letter!.received_at)).toBe(true);
});

test('a line that is not JSON and a value that is not an event are stored as well', async () => {
  const torn = '{"id": "torn", "ty';
  await send(service.api, `${torn}\n[1, 2]\n`, { 'Content-Type': 'application/x-ndjson' });
  const kept = await letters(service.api);
  expect(kept.map(({ body }) => body).sort()).toEqual(['[1,2]', torn]);
  expect(kept.map(({ event_id, type }) => [event_id, type])).toEqual([
    [null, null],
    [null, null],
  ]);
});

test('the listing has pages, newest first, each letter once', async () => {
  for (const event of hopeless(5)) await expectRejected(event);
  const all = await letters(service.api);
  expect(all.map(({ event_id }) => event_id)).toEqual([4, 3, 2, 1, 0].map((i) => `hopeless-${i}`));
  expect(await letters(service.api, 2)).toEqual(all);
});

test('the listing has the size of all letters and the size limit', async () => {
  await expectRejected(...hopeless(3));
  const { body } = await service.api.get<{ stored_bytes: number; max_bytes: number }>(
    `${LETTERS_PATH}?limit=1`,
  );
  expect(body.max_bytes).toBe(256 * 1024 * 1024);
  expect(body.stored_bytes).toBeGreaterThan(3 * 400);
  expect(body.stored_bytes).toBeLessThan(3 * 1_000);
});

test('replay tries letters that fail for the same reason again without a transaction for each', async () => {
  await expectRejected(...hopeless(100));
  const versions = () =>
    ask<{ version: string }>(
      service.databaseUrl,
      'select xmin::text as version from dead_letters order by id',
    );
  const before = await versions();
  const { body } = await service.api.post<{ accepted: number; rejected: { index: number }[] }>(
    `${LETTERS_PATH}/replay`,
    {},
  );
  expect(body.accepted).toBe(0);
  expect(body.rejected.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(await versions()).toEqual(before);
});

test('the listing can be filtered by sender', async () => {
  await expectRejected(...hopeless(1));
  const of = async (sender: string) => {
    const { body } = await service.api.get<{ dead_letters: Letter[] }>(
      `${LETTERS_PATH}?sender=${sender}`,
    );
    return eventIds(body.dead_letters);
  };
  expect(await of('default')).toEqual(['hopeless-0']);
  expect(await of('app')).toEqual([]);
});

test('an event that is rejected again is one letter with another attempt', async () => {
  const [event] = hopeless(1);
  await expectRejected(event!);
  await expectRejected(event!);
  const kept = await letters(service.api);
  expect(kept).toMatchObject([{ event_id: event!['id'], attempts: 2 }]);
  expect(kept[0]!.last_at).toBeGreaterThanOrEqual(kept[0]!.received_at);
  // The same id of another source is another event.
  await expectRejected({ ...event, source: 'elsewhere' });
  expect((await letters(service.api)).map(({ attempts }) => attempts).sort()).toEqual([1, 2]);
});

test('the export has every letter on a line, as in the listing', async () => {
  await expectRejected(...hopeless(3));
  const response = await fetch(`${service.origin}${LETTERS_PATH}/export`, {
    headers: { Authorization: `Bearer ${service.api.key}` },
  });
  expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
  const lines = (await response.text()).trimEnd().split('\n');
  const exported = lines.map((line) => JSON.parse(line) as Letter);
  const byId = (a: Letter, b: Letter) => (a.id < b.id ? -1 : 1);
  expect(exported.sort(byId)).toEqual((await letters(service.api)).sort(byId));
  expect(exported).toHaveLength(3);
});

test('the bodies of an export are events that can be corrected and sent again', async () => {
  const [event] = hopeless(1);
  await expectRejected({ ...event, id: 'corrected', data: { user_id: 'corrected', email: '' } });
  const [letter] = await letters(service.api);
  const body = JSON.parse(letter!.body!) as { data: object };
  const right = { ...body, data: { ...body.data, email: 'right@example.com' } };
  expect((await send(service.api, [right])).body).toEqual({ accepted: 1, rejected: [] });
  expect((await signupParameters(service.api, 'corrected')).status).toBe(200);
});

test('replay accepts the letters that have become usable and keeps the others', async () => {
  const event = early('early bird', 1500);
  await expectRejected(event, ...hopeless(2));
  const replies = [await replay(service.api)];
  expect(replies[0]).toMatchObject({ accepted: 0 });
  expect(eventIds(await letters(service.api))).toHaveLength(3);
  await waitFor(async () => {
    replies.push(await replay(service.api));
    return replies.at(-1)!.accepted > 0 ? true : undefined;
  });
  expect(replies.at(-1)!.accepted).toBe(1);
  expect(
    replies
      .at(-1)!
      .rejected.map(({ id }) => id)
      .sort(),
  ).toEqual(['hopeless-0', 'hopeless-1']);
  expect((await signupParameters(service.api, 'early bird')).status).toBe(200);
  expect(eventIds(await letters(service.api))).toEqual(['hopeless-0', 'hopeless-1']);
});

test('replay accepts nothing that would be rejected if it were sent', async () => {
  await expectRejected(
    anEvent('user.active', {}, { source: 's'.repeat(3000) }),
    anEvent('user.active', {}, { source: '' }),
    anEvent('user.active', {}, { source: 7 }),
    anEvent('user.active', {}, { id: 'i'.repeat(300) }),
    anEvent('user.active', {}, { id: 7 }),
    anEvent('user.active', {}, { specversion: '0.3' }),
  );
  const before = await letters(service.api);
  expect(await replay(service.api)).toMatchObject({ accepted: 0, rejected: { length: 6 } });
  expect((await letters(service.api)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
});

test('replay rejects a number that is too large', async () => {
  const event = JSON.stringify(anEvent('org.created', { created_at: 'HUGE' }, { source: 'app' }));
  const body = event.replace('"HUGE"', '1e400');
  expect((await send(service.api, body)).status).toBe(400);
  expect(await replay(service.api)).toMatchObject({ accepted: 0, rejected: { length: 1 } });
});

test('replay accepts the ids of the letters to replay', async () => {
  await expectRejected(early('chosen', 500), early('not chosen', 500), ...hopeless(1));
  const kept = await letters(service.api);
  const chosen = kept.find(({ body }) => body!.includes('"chosen"'))!;
  await waitFor(async () =>
    (await replay(service.api, [chosen.id])).accepted === 1 ? true : undefined,
  );
  expect((await signupParameters(service.api, 'chosen')).status).toBe(200);
  expect((await signupParameters(service.api, 'not chosen')).status).toBe(404);
  const rest = await letters(service.api);
  expect(rest.map(({ attempts }) => attempts)).toEqual([1, 1]);
  expect(await replay(service.api, [chosen.id])).toEqual({ accepted: 0, rejected: [] });
});

test('a replayed event keeps its identity, source and time', async () => {
  const event = early('same', 500);
  await expectRejected(event);
  await waitFor(async () => ((await replay(service.api)).accepted === 1 ? true : undefined));
  const again = anEvent('user.deleted', { user_id: 'same' }, { id: event['id'], source: 'app' });
  expect((await send(service.api, again)).body).toEqual({ accepted: 1, rejected: [] });
  expect((await signupParameters(service.api, 'same')).status).toBe(200);
});

test('a rejected event without a source is replayed under the name of its key', async () => {
  const event: Record<string, unknown> = { ...early('sourceless', 500), source: undefined };
  await expectRejected(event);
  await waitFor(async () => ((await replay(service.api)).accepted === 1 ? true : undefined));
  // The same key sends the same id again: a known identity, whatever its content.
  await send(service.api, {
    ...anEvent('user.deleted', { user_id: 'sourceless' }),
    id: event['id'],
  });
  expect((await signupParameters(service.api, 'sourceless')).status).toBe(200);
});

test('a replay leaves a letter of a restored store with the same number alone', async () => {
  const sent = early('restored', 300);
  await expectRejected(sent);
  const [letter] = await letters(service.api);
  const client = new pg.Client({ connectionString: service.databaseUrl });
  await client.connect();
  await client.query('begin');
  // As after a restore: another letter has the same number.
  await client.query(
    `update dead_letters set digest = '\\x00', event_id = 'another' where id = $1`,
    [letter!.id],
  );
  // Until then the letter is rejected as before, and not touched.
  const acceptedFrom = Date.parse(String(sent['time'])) - TOO_FAR_MS + CLOCKS_DIFFER_MS;
  await waitFor(() => Date.now() > acceptedFrom);
  const replayed = replay(service.api, [letter!.id]);
  const waiting = `select from pg_locks where not granted and locktype = 'transactionid'`;
  try {
    await waitFor(async () => (await client.query(waiting)).rows[0] as object);
    await client.query('commit');
  } finally {
    await client.end();
  }
  expect(await replayed).toMatchObject({ accepted: 1 });
  expect(eventIds(await letters(service.api))).toEqual(['another']);
});

test('a page of large letters ends at the size limit, and the next page continues', async () => {
  await ask(
    service.databaseUrl,
    `insert into dead_letters (source, digest, event_id, errors, body, received_at, last_at, sender_kind, sender)
     select 'app', int4send(n), n, '{}', convert_to(repeat(E'\\x01', 1048576), 'UTF8'), now(), now(), 'api', 'default'
     from generate_series(1, 6) n`,
  );
  const page = async (before: string) => {
    const { body } = await service.api.get<{ dead_letters: Letter[] }>(
      `${LETTERS_PATH}?limit=1000${before}`,
    );
    return body.dead_letters;
  };
  const first = await page('');
  expect(first).toHaveLength(4);
  expect(await page(`&before=${first.at(-1)!.id}`)).toHaveLength(2);
  expect(await page('&before=1')).toHaveLength(0);
});
