import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  propelauthUser,
  startFakePropelAuth,
  type FakePropelAuth,
} from '../../support/vendors/propelauth.js';
import { deliver, signStandard, standardSecret } from '../../support/webhooks.js';

const SECRET = standardSecret();

let fake: FakePropelAuth;
let service: TestService;
beforeAll(async () => {
  fake = await startFakePropelAuth();
  service = await startTestService({ ...fake.settings, PROPELAUTH_WEBHOOK_SECRET: SECRET });
});
afterAll(async () => {
  await service.close();
  fake.close();
});

async function deliverMessage(event_type: string, body: object, id?: string): Promise<void> {
  const message = signStandard('propelauth', SECRET, { event_type, ...body }, { id });
  const { body: reply } = await deliver(service.api, message);
  expect(reply).toEqual({ outcome: 'accepted' });
}

/** A user who is active, so that a report shows what is known of them. */
async function createUser(): Promise<string> {
  const user_id = randomUUID();
  await deliverMessage('user.created', { user_id, email: 'old@example.com', first_name: 'Old' });
  return user_id;
}

async function waiting(): Promise<{ subject: string; attempts: number; error: string | null }[]> {
  return ask(service.databaseUrl, 'select subject, attempts, error from source_lookups');
}

async function nothingWaits(): Promise<void> {
  await waitFor(async () => ((await waiting()).length === 0 ? true : undefined));
}

async function shown(userId: string): Promise<Record<string, unknown> | undefined> {
  await service.api.run();
  const { rows } = await service.api.ranking('user', 'champion', '30');
  return rows.find(({ user_id }) => user_id === userId);
}

test('enrichment fetches the current values, and clears absent ones', async () => {
  const id = await createUser();
  fake.answers.set(id, [propelauthUser(id, { email: 'new@example.com', first_name: null })]);
  await deliverMessage('user.updated', { user_id: id });
  await nothingWaits();
  expect(await shown(id)).toMatchObject({ email: 'new@example.com', first_name: null });
});

test('enrichment fetches the name of an org', async () => {
  const [user_id, org_id] = [await createUser(), randomUUID()];
  await deliverMessage('org.created', { org_id, name: 'Old Inc' });
  await deliverMessage('user.added_to_org', { user_id, org_id });
  fake.answers.set(org_id, [{ status: 200, body: { org_id, name: 'New Inc' } }]);
  await deliverMessage('org.updated', { org_id });
  await nothingWaits();
  expect(await shown(user_id)).toMatchObject({ org_data: [{ display_name: 'New Inc' }] });
});

test('a message delivered again causes no second request', async () => {
  const id = await createUser();
  fake.answers.set(id, [propelauthUser(id)]);
  await deliverMessage('user.updated', { user_id: id }, 'delivered-twice');
  await deliverMessage('user.updated', { user_id: id }, 'delivered-twice');
  await nothingWaits();
  await deliverMessage('user.updated', { user_id: id }, 'delivered-twice');
  expect(await waiting()).toEqual([]);
  expect(fake.asked.filter((asked) => asked === id)).toHaveLength(1);
});

test('a deleted user ends the enrichment silently', async () => {
  const id = await createUser();
  await deliverMessage('user.updated', { user_id: id });
  await nothingWaits();
  expect(fake.asked).toContain(id);
  expect(await shown(id)).toMatchObject({ first_name: 'Old' });
});

test('a failed request is retried; a 429 pauses all other requests', async () => {
  const [id, busy, other] = [await createUser(), await createUser(), await createUser()];
  fake.answers.set(id, [{ status: 500 }, { status: 502 }, propelauthUser(id)]);
  await deliverMessage('user.updated', { user_id: id });
  await nothingWaits();
  expect(await shown(id)).toMatchObject({ first_name: 'Ada' });

  fake.answers.set(busy, [{ status: 429 }, propelauthUser(busy)]);
  fake.answers.set(other, [propelauthUser(other)]);
  await deliverMessage('user.updated', { user_id: busy });
  await waitFor(() => (fake.asked.includes(busy) ? true : undefined));
  const paused = `
    select id from source_lookups where next_at > now() + interval '5 s' and error is not null`;
  await waitFor(async () =>
    (await ask(service.databaseUrl, paused)).length > 0 ? true : undefined,
  );
  await ask(service.databaseUrl, 'update source_lookups set next_at = now()');
  await deliverMessage('user.updated', { user_id: other });
  await nothingWaits();
  expect(await shown(busy)).toMatchObject({ first_name: 'Ada' });
});

test('the log holds neither personal data nor the key', () => {
  const log = [...service.log, ...service.output].join('\n');
  for (const text of ['right-key', SECRET, 'example.com', ...fake.asked])
    expect(log.replaceAll('auth.example.com', '')).not.toContain(text);
});
