import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { letters, replay } from '../../support/letters.js';
import { columnsHolding } from '../../support/personal.js';
import { anEvent, send } from '../../support/sending.js';
import { startTestService, TEST_SECRET, type TestService } from '../../support/service.js';
import { deliver, signStandard } from '../../support/webhooks.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({}, 'api');
});
beforeEach(() => ask(service.databaseUrl, 'truncate dead_letters'));
afterAll(() => service.close());

const NDJSON = { 'Content-Type': 'application/x-ndjson' };
const NAMES = { first_name: 'Zq3first', last_name: 'Zq3last' };
const ADDRESS = 'zq3.mail@private.example';
const USERNAME = 'zq3handle';
const PERSONAL = [ADDRESS, USERNAME, 'Zq3first', 'Zq3last', 'zq3.mail%40private.example'];

/** The personal data in the store, as in a dump of all tables. */
const leftovers = () => columnsHolding(service.databaseUrl, PERSONAL);

async function create(user_id: string, over: Record<string, unknown> = {}): Promise<void> {
  const data = { user_id, email: ADDRESS, username: USERNAME, ...NAMES };
  const { body } = await send(service.api, [anEvent('user.created', data, over)]);
  expect(body).toEqual({ accepted: 1, rejected: [] });
}

async function remove(user_id: string, over: Record<string, unknown> = {}): Promise<void> {
  const { body } = await send(service.api, [anEvent('user.deleted', { user_id }, over)]);
  expect(body).toEqual({ accepted: 1, rejected: [] });
}

/** Lines that cannot be used and mention a user, each in another way. */
function letterForms(id: string): string[] {
  const data = { ...NAMES, note: 'kept as it came' };
  const text = JSON.stringify(id);
  const inner = JSON.stringify({ user_id: id, ...NAMES });
  return [
    JSON.stringify(anEvent('user.updated', { org_id: 'acme', user_id: '', userid: id, ...data })),
    JSON.stringify(anEvent('user.moved', { user_id: 'bob', org_id: 'acme', by: { id, ...data } })),
    JSON.stringify(anEvent('user.moved', { user_id: 'bob', people: { [id]: data } })),
    JSON.stringify(anEvent('user.moved', { user_id: 'bob', raw: inner })),
    JSON.stringify({ id: 'e', type: 'user.moved', data: inner }),
    JSON.stringify({ id: `for ${id}`, type: 'user.moved', data: { user_id: 'bob', ...data } }),
    `{"type":"user.moved","data":{"user_id":"bob","of":${text.replaceAll('/', '\\/')},"name":"Zq3first"}}`,
    `{"type":"user.moved","data":{"user_id":"bob","of":${escaped(text)},"name":"Zq3first"}}`,
    `{"type":"user.moved","data":{"first_name":"Zq3first","user_id":${text}`,
    `{"type":"user.moved","data":{"first_name":"Zq3first","user_id":${text.slice(0, -2)}`,
    JSON.stringify(JSON.stringify({ type: 'user.moved', data: { user_id: id, ...NAMES } })).slice(
      0,
      -9,
    ),
    JSON.stringify(
      anEvent('user.moved', { user_id: 'bob', ...data, pad: 'x'.repeat(300_000), id }),
    ),
  ];
}

/** Text of JSON with every letter as `\uXXXX`. */
function escaped(text: string): string {
  const code = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `"${Array.from(JSON.parse(text) as string, code).join('')}"`;
}

async function sendForms(id: string): Promise<void> {
  const forms = letterForms(id);
  const { body } = await send(service.api, forms.join('\n'), NDJSON);
  expect([body.accepted, body.rejected.length]).toEqual([0, forms.length]);
}

describe.each(['tenant/é-7', 'zq3-user', 'null'])('letters that mention %s', (id) => {
  test('lose their content when the user is deleted, and say so', async () => {
    await create(id);
    await sendForms(id);
    await send(service.api, [anEvent('user.moved', { user_id: 'bob', note: 'not theirs' })]);
    expect(await leftovers()).toContain('public.dead_letters.body');
    await remove(id);
    expect(await leftovers()).toEqual([]);
    const kept = await letters(service.api);
    const [other, ...erased] = kept;
    expect(other!.body).toContain('not theirs');
    for (const letter of erased) {
      expect(letter).toMatchObject({ body: null, event_id: null, errors: { event: [/erased/] } });
    }
  });

  test('are stored without content when they arrive after the deletion or are replayed', async () => {
    await sendForms(id);
    expect(await leftovers()).toEqual([]);
    expect((await replay(service.api)).rejected).toEqual([]);
    await sendForms(id);
    expect(await leftovers()).toEqual([]);
  });
});

test('a numeric id is found, digit by digit', async () => {
  const ids = ['738529527931260425', '-7', '42'];
  for (const [index, id] of ids.entries()) {
    await create(id, { id: `created-${index}` });
    await send(
      service.api,
      `{"type":"user.updated","data":{"user_id":${id},"first_name":"Zq3first"}}`,
    );
    await remove(id);
    expect([id, await leftovers()]).toEqual([id, []]);
  }
});

test('a letter without the id is found by address, username or full name, but not by a first name', async () => {
  const about = (over: Record<string, unknown>) =>
    anEvent('user.moved', { user_id: 'bob', ...over });
  await create('zq3-known');
  await send(service.api, [
    about({ note: `Mail to signup-${ADDRESS} came back` }),
    about({ link: 'https://example.com/?to=zq3.mail%40private.example' }),
    about({ login: USERNAME.toUpperCase() }),
    about({ name: 'Zq3first Zq3last' }),
    about({ first_name: 'Zq3first', last_name: 'Other', note: 'a namesake' }),
  ]);
  await remove('zq3-known');
  const bodies = (await letters(service.api))
    .map(({ body }) => body)
    .filter((body) => body !== null);
  expect(bodies).toEqual([expect.stringContaining('a namesake')]);
});

test('event ids and sources that hold an address are not stored, and still identify the event', async () => {
  const id = 'zq3-ids';
  const identity = (name: string) => ({ id: `${name}-${ADDRESS}`, source: `crm/${ADDRESS}` });
  await create(id, identity('signup'));
  const events = [
    anEvent('org.created', { org_id: 'zq3-org' }, identity('org')),
    anEvent('user.added_to_org', { user_id: id, org_id: 'zq3-org' }, identity('added')),
    anEvent(
      'user.moved',
      { user_id: id },
      { ...identity('moved'), id: 'zq3.mail%40private.example' },
    ),
  ];
  await send(service.api, events);
  await deliver(
    service.api,
    signStandard('standard', TEST_SECRET, events, { id: `msg-${ADDRESS}` }),
  );
  await remove(id, identity('deleted'));
  // A known identity: no second creation with an earlier time.
  await send(service.api, [
    anEvent(
      'user.created',
      { user_id: 'zq3-other' },
      { ...identity('signup'), time: '2020-01-01T00:00:00Z' },
    ),
  ]);
  expect(await leftovers()).toEqual([]);
  const other = `select from users join user_ids using (id) where user_id = 'zq3-other'`;
  expect(await ask(service.databaseUrl, other)).toEqual([]);
});

test('an invitee’s address is not stored, wherever it is in a dead letter', async () => {
  const invite = { inviter_user_id: '', invitee_email: ADDRESS };
  const lines = [
    { type: 'user.invited_to_org', data: JSON.stringify(invite) },
    { type: 'user.invited_to_org', data: { ...invite, inviteeEmail: ADDRESS, email: ADDRESS } },
    { type: 'user.invited_to_org', list: [invite] },
  ].map((event) => JSON.stringify(event));
  const torn = JSON.stringify(anEvent('user.invited_to_org', invite)).slice(0, -2);
  await send(service.api, [...lines, torn].join('\n'), NDJSON);
  expect(await letters(service.api)).toHaveLength(4);
  expect(await leftovers()).toEqual([]);
});

test('letters of an earlier version are read at the first deletion', async () => {
  await create('zq3-old');
  await sendForms('zq3-old');
  await ask(service.databaseUrl, 'update dead_letters set mentions = null, is_readable = true');
  await remove('zq3-old');
  expect(await leftovers()).toEqual([]);
});

test('a thousand users are deleted in seconds next to two thousand letters', async () => {
  const users = Array.from({ length: 1_000 }, (_, index) => `zq3-many-${index}`);
  await send(
    service.api,
    users.map((user_id) =>
      anEvent('user.created', { user_id, email: `${user_id}@many.example`, ...NAMES }),
    ),
  );
  await send(
    service.api,
    users.flatMap((id) => [
      anEvent('user.moved', { org_id: 'acme', who: id }),
      anEvent('user.moved', {
        org_id: 'acme',
        note: `from ${id}@many.example`,
        pad: 'x'.repeat(2_000),
      }),
    ]),
  );
  expect(await letters(service.api, 1_000)).toHaveLength(2_000);
  const startedAt = performance.now();
  await send(
    service.api,
    users.map((user_id) => anEvent('user.deleted', { user_id })),
  );
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  const kept = (await letters(service.api, 1_000)).filter(({ body }) => body !== null);
  expect(kept).toEqual([]);
});

test('letters stay within their disk limit: the oldest are dropped', async () => {
  const small = await startTestService({ DEAD_LETTER_MAX_MB: '2' }, 'api');
  try {
    for (let sent = 0; sent < 30; sent++) {
      const data = { user_id: 'u', pad: String(sent).padEnd(200_000, 'x') };
      await send(small.api, [anEvent('user.moved', data, { id: `pad-${sent}` })]);
    }
    const kept = await waitFor(async () => {
      const all = await letters(small.api);
      return all.length < 30 ? all : undefined;
    });
    const size = kept.reduce((sum, { body }) => sum + body!.length, 0);
    expect(size).toBeLessThan(2 * 1024 * 1024 * 1.2);
    expect(kept[0]!.event_id).toBe('pad-29');
    expect(kept.map(({ event_id: id }) => id)).not.toContain('pad-0');
  } finally {
    await small.close();
  }
});
