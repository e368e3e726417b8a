import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api, waitFor } from '../../support/api.js';
import { backends } from '../../support/backends.js';
import { ask, cloneDatabase } from '../../support/database.js';
import { openFleet, type Fleet } from '../../support/fleet.js';
import { Imports } from '../../support/imports.js';
import { plantKey } from '../../support/keys.js';
import { anEvent, send } from '../../support/sending.js';
import type { TestProcess } from '../../support/service.js';
import { deliver, signStandard, standardSecret } from '../../support/webhooks.js';
import { countsOf, sources } from '../../support/sources.js';

const SECRET = standardSecret();

let fleet: Fleet;
let one: { process: TestProcess; api: Api };
let other: { process: TestProcess; api: Api };
beforeAll(async () => {
  fleet = await openFleet(backends[0]!, await cloneDatabase(), {
    STANDARD_WEBHOOK_SECRET: SECRET,
  });
  [one, other] = await Promise.all([fleet.startApi(), fleet.startApi()]);
});
afterAll(() => fleet.close());

/** Sends events with a key of their own. @returns the key */
async function sendAs(name: string, ...events: object[]): Promise<string> {
  const key = await plantKey(fleet.databaseUrl, name, 'ingest');
  await send(new Api(one.process.origin, key), events);
  return key;
}

describe('the events of a source', () => {
  test('are counted by type and outcome, with the time of the last one', async () => {
    const before = Math.floor(Date.now() / 1000);
    await sendAs(
      'shop',
      ...[anEvent('user.active'), anEvent('user.active'), anEvent('org.created')],
      ...[anEvent('user.created', { email: 7 }), anEvent('user.teleported')],
    );
    const [shop] = (await sources(one.api)).filter(({ source }) => source === 'shop');
    expect(shop).toEqual({
      ...{ source: 'shop', kind: 'api', configured: true, last_event_at: expect.any(Number) },
      last_day: [
        { type: 'user.active', outcome: 'accepted', count: 2 },
        { type: 'org.created', outcome: 'accepted', count: 1 },
        { type: 'unknown', outcome: 'rejected', count: 1 },
        { type: 'user.created', outcome: 'rejected', count: 1 },
      ],
      dropped_traits: [],
      dead_letters: expect.arrayContaining([
        { reason: 'data.email: must be a string', count: 1 },
        { reason: expect.stringMatching(/^type: must be one of user\.created, /), count: 1 },
      ]),
    });
    expect(shop!.last_event_at).toBeGreaterThanOrEqual(before);
    expect(shop!.last_event_at).toBeLessThanOrEqual(Date.now() / 1000);
  });

  test('are counted under their sender, whatever source they name', async () => {
    await sendAs('bearer', anEvent('org.created', { name: ' ' }, { source: 'another name' }));
    const found = await sources(one.api);
    expect(found.filter(({ source }) => source === 'another name')).toEqual([]);
    expect(found.find(({ source }) => source === 'bearer')).toMatchObject({
      dead_letters: [{ reason: 'data.name: must not be blank', count: 1 }],
    });
  });

  test('do not reveal the names of signup parameters', async () => {
    const signup_query_parameters = { secret: 1, other: 2 };
    await sendAs('forms', anEvent('user.created', { signup_query_parameters }));
    expect((await sources(one.api)).find(({ source }) => source === 'forms')).toMatchObject({
      dead_letters: [{ reason: 'data.signup_query_parameters: must be a string', count: 1 }],
    });
  });

  test('are listed for readers without counts', async () => {
    const key = await plantKey(fleet.databaseUrl, 'reader', 'read');
    await sendAs('seen', anEvent('user.active'));
    const { body } = await new Api(one.process.origin, key).get<{ sources: object[] }>(
      '/api/insights/v1/sources',
    );
    expect(body.sources).toContainEqual({
      ...{ source: 'seen', kind: 'api', configured: true, last_event_at: expect.any(Number) },
    });
  });
});

test('a configured webhook is listed before its first message, and each of its outcomes is counted', async () => {
  const webhook = async () => (await sources(one.api)).find(({ kind }) => kind === 'webhook');
  const silent = { source: 'standard', kind: 'webhook', configured: true, last_event_at: null };
  expect(await webhook()).toEqual({
    ...silent,
    ...{ last_day: [], dropped_traits: [], dead_letters: [] },
  });
  const forged = signStandard('standard', standardSecret(), anEvent('user.active'));
  await deliver(one.api, forged);
  expect(await webhook()).toMatchObject({
    ...silent,
    last_day: [{ type: 'unknown', outcome: 'refused', count: 1 }],
  });
  const nameless = anEvent('org.created', { name: ' ' });
  for (const event of [anEvent('user.active'), nameless]) {
    await deliver(one.api, signStandard('standard', SECRET, event));
  }
  expect(await webhook()).toMatchObject({
    ...{ configured: true, last_event_at: expect.any(Number) },
    last_day: expect.arrayContaining([
      { type: 'user.active', outcome: 'accepted', count: 1 },
      { type: 'org.created', outcome: 'rejected', count: 1 },
    ]),
    dead_letters: [{ reason: 'data.name: must not be blank', count: 1 }],
  });
});

test('an import is listed as a source', async () => {
  const imports = await Imports.into(fleet.databaseUrl);
  try {
    const events = [anEvent('user.active'), anEvent('org.created'), anEvent('org.created')];
    const lines = [...events, anEvent('user.teleported')].map((event) => JSON.stringify(event));
    await imports.write('past.ndjson', lines.join('\n'));
    await imports.run('ndjson', 'past.ndjson');
  } finally {
    await imports.remove();
  }
  expect(await countsOf(one.api, 'import', 'import')).toEqual({
    ...{ 'user.active accepted': 1, 'org.created accepted': 2, 'unknown rejected': 1 },
  });
});

test('a source whose key is revoked is listed as not configured', async () => {
  const key = await sendAs('gone', anEvent('user.active'));
  const revoke = 'update api_keys set revoked_at = now() where id = $1';
  await ask(fleet.databaseUrl, revoke, [key.split('_')[1]]);
  expect((await sources(one.api)).find(({ source }) => source === 'gone')).toMatchObject({
    configured: false,
    last_event_at: expect.any(Number),
  });
});

test('the counts of two processes add up', async () => {
  const key = await plantKey(fleet.databaseUrl, 'both', 'ingest');
  const both = [one, other].map(({ process }) => new Api(process.origin, key));
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => both[index % 2]!.ingest([anEvent('user.active')])),
  );
  await waitFor(async () => {
    const counts = await countsOf(one.api, 'both');
    return counts['user.active accepted'] === 20 ? true : undefined;
  });
});

test('counts are written when a process stops, and continue from there', async () => {
  const key = await plantKey(fleet.databaseUrl, 'lasting', 'ingest');
  const first = await fleet.startApi();
  await new Api(first.api.origin, key).ingest([anEvent('user.active')]);
  await first.process.stop();
  const counted = "select count from source_counts where source = 'lasting'";
  expect(await ask(fleet.databaseUrl, counted)).toEqual([{ count: '1' }]);
  await new Api(one.api.origin, key).ingest([anEvent('user.active')]);
  expect(await countsOf(one.api, 'lasting')).toEqual({ 'user.active accepted': 2 });
});

test('counts are written within seconds without a request', async () => {
  const key = await plantKey(fleet.databaseUrl, 'unasked', 'ingest');
  await new Api(one.api.origin, key).ingest([anEvent('user.active')]);
  await waitFor(async () => {
    const rows = await ask(fleet.databaseUrl, "select from source_counts where source = 'unasked'");
    return rows.length > 0 ? true : undefined;
  }, 10_000);
});
