import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ask } from '../../support/database.js';
import {
  insertLargeLetters,
  letters,
  LETTERS_PATH,
  type Letter,
  type LettersPage,
} from '../../support/letters.js';
import { anEvent, send, signupParameters } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
});
beforeEach(() => ask(service.databaseUrl, 'truncate dead_letters'));
afterAll(() => service.close());

/** Events that are always rejected. */
function hopeless(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) =>
    anEvent('user.created', { email: 7 }, { id: `hopeless-${i}`, source: 'app' }),
  );
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

test('a page of large letters ends at the size limit, and the next page continues', async () => {
  await insertLargeLetters(service.databaseUrl, 6);
  const page = async (before: string) => {
    const { body } = await service.api.get<LettersPage>(`${LETTERS_PATH}?limit=1000${before}`);
    return body;
  };
  const first = await page('');
  expect(first.dead_letters).toHaveLength(4);
  expect(first.next_before).toBe(first.dead_letters.at(-1)!.id);
  const second = await page(`&before=${first.next_before}`);
  expect(second).toMatchObject({ dead_letters: { length: 2 }, next_before: null });
  const none = await page('&before=1');
  expect(none).toMatchObject({ dead_letters: { length: 0 }, next_before: null });
});
