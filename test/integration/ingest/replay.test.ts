import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import {
  delayReplay,
  insertUsableLetters,
  letters,
  LETTERS_PATH,
  replay,
  replayOnce,
  type Letter,
} from '../../support/letters.js';
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

test('a replay whose letter is gone, as after a restore, writes nothing and leaves other letters alone', async () => {
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
  expect(await replayed).toEqual({ accepted: 0, rejected: [] });
  expect(eventIds(await letters(service.api))).toEqual(['another']);
  expect((await signupParameters(service.api, 'restored')).status).toBe(404);
});

test('a replay ends after two seconds, and its cursor continues with the letters that remain', async () => {
  await insertUsableLetters(service.databaseUrl, 1, 5);
  const { release } = await delayReplay(service.databaseUrl, 'usable-3');
  const [reply] = await Promise.all([replayOnce(service.api), release()]);
  expect(reply).toMatchObject({ accepted: 3, rejected: [], remaining: 2 });
  // Later letters are not part of this replay, so that it ends.
  await insertUsableLetters(service.databaseUrl, 6, 7);
  const rest = await replayOnce(service.api, { cursor: reply.cursor! });
  expect(rest).toEqual({ accepted: 2, rejected: [], remaining: 0, cursor: null });
  expect(eventIds(await letters(service.api))).toEqual(['usable-6', 'usable-7']);
});

test('a replay of more than 10,000 letters reports the remaining ones and tries each once', async () => {
  const errors = JSON.stringify({ event: ['must be one JSON object on a line of its own'] });
  await ask(
    service.databaseUrl,
    `insert into dead_letters (source, digest, event_id, errors, body, received_at, last_at, sender_kind, sender)
     select 'app', int4send(n), n, $1, '{', now(), now(), 'api', 'default' from generate_series(1, 10010) n`,
    [errors],
  );
  const first = await replayOnce(service.api);
  expect(first.cursor).not.toBeNull();
  expect(first.rejected.length + first.remaining).toBe(10_010);
  expect(first.rejected.length).toBeLessThanOrEqual(10_000);
  expect(await replay(service.api)).toMatchObject({ accepted: 0, rejected: { length: 10_010 } });
});

test('a cursor that no reply contained is refused', async () => {
  const { status, body } = await service.api.post(`${LETTERS_PATH}/replay`, { cursor: '7' });
  expect([status, body]).toMatchObject([400, { detail: 'cursor must be the cursor of a reply' }]);
});
