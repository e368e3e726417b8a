import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Analytics } from '@segment/analytics-node';
import { Api, waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { Imports } from '../../support/imports.js';
import { plantKey } from '../../support/keys.js';
import { letters, replay } from '../../support/letters.js';
import { anEvent, send } from '../../support/sending.js';
import { startTestService, TEST_SECRET, type TestService } from '../../support/service.js';
import { sources } from '../../support/sources.js';
import { clerkMessage, clerkOrg, clerkUser } from '../../support/vendors/clerk.js';
import {
  propelauthUser,
  startFakePropelAuth,
  type FakePropelAuth,
} from '../../support/vendors/propelauth.js';
import { signWorkos, workosMessage, workosOrg, workosUser } from '../../support/vendors/workos.js';
import { deliver, signStandard, standardSecret } from '../../support/webhooks.js';

const [SECRET, WORKOS_SECRET] = [standardSecret(), 'a-secret-of-workos-webhooks'];
const LISTS = { USER_TRAITS: 'plan, seats,email,is_admin', ORG_TRAITS: 'plan,seats' };

let fake: FakePropelAuth;
let service: TestService;
beforeAll(async () => {
  fake = await startFakePropelAuth();
  service = await startTestService({
    ...{ ...LISTS, ...fake.settings, TRACKING_IGNORE: 'Heartbeat, debug *' },
    ...{ CLERK_WEBHOOK_SECRET: SECRET, PROPELAUTH_WEBHOOK_SECRET: SECRET },
    WORKOS_WEBHOOK_SECRET: WORKOS_SECRET,
  });
});
afterAll(async () => {
  await service.close();
  fake.close();
});

async function traits(subject: 'user' | 'org', id: string): Promise<unknown> {
  const { body } = await service.api.get<{ traits: unknown }>(`/api/insights/v1/${subject}s/${id}`);
  return body.traits;
}

/** What a sender's statistics say of dropped traits and unused calls. */
async function counted(kind: string, name: string) {
  const found = (await sources(service.api)).find(
    (one) => one.kind === kind && one.source === name,
  );
  return {
    dropped: Object.fromEntries(
      (found?.dropped_traits ?? []).map(({ reason, count }) => [reason, count]),
    ),
    unused: Object.fromEntries(
      (found?.last_day ?? [])
        .filter(({ outcome }) => outcome === 'unused')
        .map(({ type, reason, count }) => [`${type}: ${reason ?? ''}`, count]),
    ),
  };
}

describe('native events', () => {
  test('give traits; a bad value under a listed key rejects', async () => {
    const created = anEvent('org.created', { org_id: 'native', name: 'Native' });
    const own = await plantKey(service.databaseUrl, 'back end', 'ingest');
    const api = new Api(service.origin, own);
    await api.ingest([created]);
    const about = (given: object) => anEvent('org.updated', { org_id: 'native', traits: given });
    await api.ingest([about({ plan: 'pro', seats: 20, colour: { deep: true } })]);
    const { body } = await send(api, [about({ plan: 'x'.repeat(201), seats: 7 })]);
    expect(body.rejected).toMatchObject([
      { errors: { 'data.traits.plan': ['must have at most 200 characters'] } },
    ]);
    expect(await traits('org', 'native')).toEqual({ plan: 'pro', seats: 20 });
    await api.ingest([about({ seats: null })]);
    expect(await traits('org', 'native')).toEqual({ plan: 'pro' });
    expect((await counted('api', 'back end')).dropped).toEqual({ 'not on the list': 1 });
    const [letter] = await letters(service.api);
    expect(letter!.errors).toHaveProperty(['data.traits.plan']);
    expect((await replay(service.api)).rejected).toMatchObject([
      { errors: { 'data.traits.plan': expect.anything() } },
    ]);
  });

  test('in Standard Webhooks follow the same rule', async () => {
    const event = (given: object) =>
      anEvent('user.created', { user_id: 'std', email: 'std@x.example', traits: given });
    const outcomes = [];
    for (const given of [{ plan: [], seats: 1 }, { seats: 2 }]) {
      const { body } = await deliver(
        service.api,
        signStandard('standard', TEST_SECRET, event(given)),
      );
      outcomes.push(body.outcome);
    }
    expect(outcomes).toEqual(['rejected', 'accepted']);
    expect(await traits('user', 'std')).toEqual({ seats: 2 });
  });
});

test('Clerk gives public metadata as traits, and drops what is no value', async () => {
  const metadata = { plan: 'pro', seats: { deep: 1 }, theme: 'dark', is_admin: true };
  const deliverClerk = (type: string, data: object) =>
    deliver(service.api, signStandard('clerk', SECRET, clerkMessage(type, data, Date.now())));
  for (const type of ['user.created', 'user.updated']) {
    const id = type.replace('.', '_');
    await deliverClerk(
      type,
      clerkUser(id, { public_metadata: metadata, private_metadata: { seats: 1 } }),
    );
    expect(await traits('user', id)).toEqual({ plan: 'pro', is_admin: true });
  }
  await deliverClerk('organization.updated', clerkOrg('clerk_org', { public_metadata: metadata }));
  expect(await traits('org', 'clerk_org')).toEqual({ plan: 'pro' });
  expect((await counted('webhook', 'clerk')).dropped).toEqual({
    ...{ 'bad value': 3, 'not on the list': 4 },
  });
});

test('WorkOS gives metadata as traits', async () => {
  const metadata = { plan: 'team', region: 'eu' };
  const deliverWorkos = (event: string, data: object) =>
    deliver(service.api, signWorkos(WORKOS_SECRET, workosMessage(event, data, Date.now())));
  await deliverWorkos('user.created', workosUser('workos_user', { metadata }));
  await deliverWorkos('organization.updated', workosOrg('workos_org', { metadata }));
  expect(await traits('user', 'workos_user')).toEqual({ plan: 'team' });
  expect(await traits('org', 'workos_org')).toEqual({ plan: 'team' });
});

test('PropelAuth gives the properties of users and the metadata of orgs when they are fetched', async () => {
  const [user_id, org_id] = [randomUUID(), randomUUID()];
  const properties = { plan: 'pro', seats: [7], tos: { accepted: true } };
  fake.answers.set(user_id, [propelauthUser(user_id, { properties })]);
  const org = { org_id, name: 'Fetched', metadata: { seats: 50, tier: 'gold' } };
  fake.answers.set(org_id, [{ status: 200, body: org }]);
  const messages = [
    { event_type: 'org.created', org_id, name: 'Org' },
    { event_type: 'user.updated', user_id },
    { event_type: 'org.updated', org_id },
  ];
  for (const message of messages)
    await deliver(service.api, signStandard('propelauth', SECRET, message));
  await waitFor(async () => {
    const left = await ask(service.databaseUrl, 'select from source_lookups');
    return left.length === 0 ? true : undefined;
  });
  expect(await traits('user', user_id)).toEqual({ plan: 'pro' });
  expect(await traits('org', org_id)).toEqual({ seats: 50 });
  // The worker writes its counts every three seconds.
  const dropped = await waitFor(async () => {
    const found = (await counted('webhook', 'propelauth')).dropped;
    return Object.keys(found).length === 2 ? found : undefined;
  });
  expect(dropped).toEqual({ 'bad value': 1, 'not on the list': 2 });
});

test('CSV columns trait.<key> give traits of users and orgs', async () => {
  const imports = await Imports.into(service.databaseUrl, LISTS);
  const long = 'x'.repeat(201);
  try {
    await imports.write(
      'users.csv',
      `User ID,email,created_at,trait.plan,Trait.seats,trait.is_admin,trait.Plan
csv1,csv1@x.example,2025-01-01,pro,20,TRUE,x
csv2,csv2@x.example,2025-01-01,007,1e5,,
csv3,csv3@x.example,2025-01-01,${long},-1.50,false,
csv4,csv4@x.example,2025-01-01,1234567890123456,"1,5",no,
`,
    );
    await imports.write(
      'orgs.csv',
      'org_id;name;created_at;trait.plan;trait.is_admin\nof-csv;Csv;2025-01-01;"free; trial";true\n',
    );
    // The same person once more, with the same profile: no other row may hide the trait.
    await imports.write(
      'again.csv',
      'user_id,email,created_at,trait.seats\ncsv2,csv2@x.example,2025-01-01,3\n',
    );
    for (const [name, dropped] of [
      ['users.csv', '1 not on the list, 1 bad value'],
      ['orgs.csv', '1 not on the list'],
      ['again.csv', undefined],
    ] as const) {
      const asOf = name === 'again.csv' ? '2025-02-01' : '2025-02-02';
      const { code, stdout } = await imports.run('csv', name, '--as-of', asOf);
      expect([code, /^traits dropped +(.*)$/m.exec(stdout)?.[1]]).toEqual([0, dropped]);
    }
    await imports.write('twice.csv', 'org_id,name,created_at,trait.plan,trait.plan\n');
    const twice = await imports.run('csv', 'twice.csv');
    expect([twice.code, twice.stderr]).toEqual([
      1,
      expect.stringContaining('two columns trait.plan'),
    ]);
  } finally {
    await imports.remove();
  }
  expect(await traits('user', 'csv1')).toEqual({ plan: 'pro', seats: 20, is_admin: true });
  expect(await traits('user', 'csv2')).toEqual({ plan: '007', seats: '1e5' });
  expect(await traits('user', 'csv3')).toEqual({ seats: -1.5, is_admin: false });
  expect(await traits('user', 'csv4')).toEqual({
    ...{ plan: '1234567890123456', seats: '1,5', is_admin: 'no' },
  });
  expect(await traits('org', 'of-csv')).toEqual({ plan: 'free; trial' });
  expect((await counted('import', 'import')).dropped).toEqual({
    ...{ 'not on the list': 2, 'bad value': 1 },
  });
});

describe('calls of the Segment library', () => {
  const NAME = 'segment library';
  const [day, other] = ['2025-03-10', '2025-03-11'];
  const at = (date: string) => new Date(`${date}T12:00:00Z`);
  const inactive = { active: false };

  beforeAll(async () => {
    const writeKey = await plantKey(service.databaseUrl, NAME, 'ingest');
    const client = new Analytics({ writeKey, host: service.origin });
    const failures: unknown[] = [];
    client.on('error', (failure) => failures.push(failure));
    const userId = 'seg';
    const email = 'seg@x.example';
    const createdAt = '2025-03-01T00:00:00Z';
    const account = { plan: 'team', seats: 5, owner: { id: 1 } };
    client.identify({
      userId,
      timestamp: at(day),
      traits: { email, createdAt, plan: 'pro', x: 1 },
    });
    client.identify({ userId, timestamp: at(day), traits: { y: 1 } });
    client.group({
      userId,
      groupId: 'seg-org',
      timestamp: at(day),
      traits: { name: 'Segment', plan: 'free' },
    });
    client.group({ userId, groupId: 'seg-org', timestamp: at(other), traits: account });
    // No activity: the profile and the traits alone change.
    client.identify({
      ...{ userId, timestamp: at(other), context: inactive },
      traits: { email, firstName: 'Seg', seats: 3, plan: null },
    });
    client.track({ userId, event: 'Song Played', timestamp: at(other), context: inactive });
    client.page({ userId, name: 'Home', timestamp: at(other), context: inactive });
    client.track({ userId, event: 'HEARTBEAT', timestamp: at(other) });
    client.track({ userId, event: 'Debug panel opened', timestamp: at(other), context: inactive });
    client.page({ userId, name: 'debug page', timestamp: at(other) });
    client.screen({ userId, name: 'heartbeat', timestamp: at(other) });
    client.track({ userId, event: 'Heartbeats', timestamp: at('2025-03-12') });
    client.page({ userId, name: 'Heartbeat monitor', timestamp: at('2025-03-13') });
    await client.closeAndFlush();
    expect(failures).toEqual([]);
  });

  test('give traits of users and orgs', async () => {
    expect(await traits('user', 'seg')).toEqual({ email: 'seg@x.example', seats: 3 });
    expect(await traits('org', 'seg-org')).toEqual({ plan: 'team', seats: 5 });
  });

  test('that are not active, or whose name is ignored, are no activity', async () => {
    const { body } = await service.api.get<{ user: object }>('/api/insights/v1/users/seg');
    expect(body.user).toMatchObject({ first_name: 'Seg', email: 'seg@x.example' });
    await service.api.run('2025-03-31');
    const { rows } = await service.api.ranking('user', 'champion', '30');
    const seg = rows.find(({ user_id }) => user_id === 'seg');
    // The 12th and the 13th; the creation is before the window.
    expect(seg).toMatchObject({ extra_properties: { num_active_days: 2 } });
  });

  test('are counted with the reason', async () => {
    expect(await counted('tracking', NAME)).toEqual({
      dropped: { 'not on the list': 3 },
      unused: {
        'identify: ': 1,
        'track: not active': 1,
        'page: not active': 1,
        'track: ignored by TRACKING_IGNORE': 2,
        'page: ignored by TRACKING_IGNORE': 1,
        'screen: ignored by TRACKING_IGNORE': 1,
      },
    });
  });
});
