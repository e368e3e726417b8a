import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { Api, waitFor } from '../../support/api.js';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { ask } from '../../support/database.js';
import { startHooks, type Hooks } from '../../support/hooks.js';
import { createKey } from '../../support/keys.js';
import { NEVER, userCreated } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  deliveriesOf,
  receivedOf,
  resubscribe,
  subscribe,
  subscribed,
  subscriptionIs,
} from '../../support/subscribing.js';

jest.setTimeout(120_000);

const PATH = '/api/insights/v1/subscriptions';
const CHAMPIONS = { report: 'user/champion', interval: '30' };

const later = cleanUpAfterAll();
let service: TestService;
let api: Api;
let hooks: Hooks;
let count = 0;

beforeAll(async () => {
  hooks = await startHooks();
  later(() => hooks.close());
  service = await startTestService({ REPORT_CRON: NEVER, OUTBOUND_ALLOW_PRIVATE: 'true' });
  later(() => service.close());
  api = service.api;
});

/** Adds users, makes a run and waits until a subscription has taken its step. */
async function newUsers(id: string, number = 1): Promise<void> {
  const users = Array.from({ length: number }, () => userCreated(`user ${++count}`));
  for (let first = 0; first < number; first += 500)
    await api.ingest(users.slice(first, first + 500));
  const run = await api.run();
  await subscriptionIs(api, id, ({ baseline }) => baseline?.run_id === run.run_id);
}

const state = (id: string, delivery: string) =>
  waitFor(async () => {
    const found = (await deliveriesOf(api, id)).find((one) => one.id === delivery);
    return found && found.state !== 'waiting' ? found : undefined;
  });

test('the first run is the baseline, and each later one is compared with it', async () => {
  const hook = hooks.open('first');
  const { id, baseline } = await subscribe(api, hook, CHAMPIONS);
  expect(baseline).toBeNull();
  await newUsers(id);
  await newUsers(id);
  const [message] = await waitFor(() => (hook.accepted().length > 0 ? hook.accepted() : undefined));
  const [received] = receivedOf([message!]);
  expect(received).toMatchObject({
    entered: ['user 2'],
    left: [],
    counts: { entered: 1, left: 0 },
  });
  expect(message!.data.entered).toMatchObject([
    { rank: 1, previous_rank: null, change: 'entered' },
  ]);
  expect(message!.type).toBe('report.changed');
  expect(hook.problems).toEqual([]);
});

test('a long message arrives in parts of at most 1,000 rows, in order', async () => {
  const hook = hooks.open('parts');
  const { id } = await subscribe(api, hook, CHAMPIONS);
  await newUsers(id, 2_100);
  await waitFor(() => hook.accepted().length === 3);
  const parts = hook.accepted().map(({ data }) => ({ ...data.part, rows: data.entered.length }));
  expect(parts).toEqual([
    { number: 1, of: 3, rows: 1_000 },
    { number: 2, of: 3, rows: 1_000 },
    { number: 3, of: 3, rows: 100 },
  ]);
  const users = hook.accepted().flatMap(({ data }) => data.entered.map((row) => row.user_id));
  expect(new Set(users).size).toBe(2_100);
});

describe('a delivery that was given up', () => {
  test('lets the next one go on, and is replayed with the same id', async () => {
    const hook = hooks.open('given-up');
    hook.answer = () => 500;
    const { id } = await subscribe(api, hook, CHAMPIONS);
    await newUsers(id);
    const [first] = await waitFor(async () => {
      const all = await deliveriesOf(api, id);
      return all.length > 0 && all[0]!.attempts > 0 ? all : undefined;
    });
    expect(first).toMatchObject({ state: 'waiting', status: 500, attempts: 1 });
    await newUsers(id);
    expect((await deliveriesOf(api, id))[0]).toMatchObject({ state: 'waiting', attempts: 0 });
    // As if the attempts before the last one had failed.
    await ask(
      service.databaseUrl,
      `update subscription_deliveries set attempts = 7, next_attempt_at = now() where id = '${first!.id}'`,
    );
    expect(await state(id, first!.id)).toMatchObject({ state: 'given_up', attempts: 8 });
    hook.answer = () => 200;
    const [second] = await deliveriesOf(api, id);
    await ask(
      service.databaseUrl,
      `update subscription_deliveries set next_attempt_at = now() where id = '${second!.id}'`,
    );
    expect(await state(id, second!.id)).toMatchObject({ state: 'delivered', status: 200 });
    const replay = `${PATH}/${id}/deliveries/${first!.id}/replay`;
    expect(await api.post(replay, {})).toMatchObject({ status: 202, body: { id: first!.id } });
    expect(await state(id, first!.id)).toMatchObject({ state: 'delivered', error: null });
    const ids = hook.arrivals.filter(({ answer }) => answer === 200).map((one) => one.id);
    expect(ids).toEqual([second!.id, first!.id]);
  });

  test('cannot be replayed while it waits', async () => {
    const hook = hooks.open('waits');
    hook.answer = () => 'drop';
    const { id } = await subscribe(api, hook, CHAMPIONS);
    await newUsers(id);
    const [waiting] = await waitFor(async () => {
      const all = await deliveriesOf(api, id);
      return all.length > 0 ? all : undefined;
    });
    const { status, body } = await api.post(`${PATH}/${id}/deliveries/${waiting!.id}/replay`, {});
    expect({ status, body }).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });
});

test('410 ends the subscription, and saving it again resumes it', async () => {
  const hook = hooks.open('gone');
  hook.answer = () => 410;
  const { id } = await subscribe(api, hook, CHAMPIONS);
  await newUsers(id);
  const ended = await subscriptionIs(api, id, (one) => one.state === 'ended');
  expect(ended.ended_reason).toContain('410');
  expect(ended).toMatchObject({ waiting: 0, given_up: 1 });
  const [delivery] = await deliveriesOf(api, id);
  const { status } = await api.post(`${PATH}/${id}/deliveries/${delivery!.id}/replay`, {});
  expect(status).toBe(409);
  hook.answer = () => 200;
  expect(await resubscribe(api, id, hook, CHAMPIONS)).toMatchObject({
    ...{ state: 'active', ended_reason: null },
  });
  await newUsers(id);
  await waitFor(() => hook.accepted().length === 1);
});

test('while many deliveries wait, changes are collected in the next step', async () => {
  const hook = hooks.open('dead');
  hook.answer = () => 'drop';
  const { id } = await subscribe(api, hook, CHAMPIONS);
  await newUsers(id);
  await waitFor(async () => (await deliveriesOf(api, id)).length === 1);
  const { baseline } = await subscribed(api, id);
  await ask(
    service.databaseUrl,
    `insert into subscription_deliveries
       (id, subscription_id, message_id, kind, part, parts, first_row, row_count, next_attempt_at)
     select gen_random_uuid(), subscription_id, message_id, kind, part, parts, first_row, row_count, now() + interval '1 hour'
     from subscription_deliveries, generate_series(1, 100) where subscription_id = '${id}'`,
  );
  const other = await subscribe(api, hooks.open('alive'), CHAMPIONS);
  await newUsers(other.id);
  await newUsers(other.id);
  expect((await subscribed(api, id)).baseline).toEqual(baseline);
  hook.answer = () => 200;
  const more = `subscription_id = '${id}' and next_attempt_at > now() + interval '30 minutes'`;
  await ask(service.databaseUrl, `delete from subscription_deliveries where ${more}`);
  await ask(
    service.databaseUrl,
    `update subscription_deliveries set next_attempt_at = now() where subscription_id = '${id}'`,
  );
  await waitFor(() => hook.accepted().length === 2);
  const [one, two] = receivedOf(hook.accepted());
  expect(two).toMatchObject({ from: one!.to, counts: { entered: 2, left: 0 } });
});

test('a test goes past the order, also while the subscription is paused, and is not repeated', async () => {
  const hook = hooks.open('test');
  const { id } = await subscribe(api, hook, { ...CHAMPIONS, paused: true });
  const sent = await api.post<{ id: string }>(`${PATH}/${id}/test`, {});
  expect(sent.status).toBe(202);
  expect(await state(id, sent.body.id)).toMatchObject({ state: 'delivered', kind: 'test' });
  expect(hook.accepted()).toMatchObject([
    { id: sent.body.id, type: 'subscription.test', data: { from: null, counts: { entered: 3 } } },
  ]);
  hook.answer = () => 500;
  const failing = await api.post<{ id: string }>(`${PATH}/${id}/test`, {});
  expect(await state(id, failing.body.id)).toMatchObject({ state: 'given_up', attempts: 1 });
});

test('the last failure at a URL that was replaced meanwhile does not give the delivery up', async () => {
  const [before, after] = [hooks.open('replaced'), hooks.open('replacing')];
  const { id } = await subscribe(api, before, CHAMPIONS);
  after.secret = before.secret;
  before.answer = async () => {
    await resubscribe(api, id, after, CHAMPIONS);
    return 500 as const;
  };
  const { body } = await api.post<{ id: string }>(`${PATH}/${id}/test`, {});
  // A test is attempted once.
  expect(await state(id, body.id)).toMatchObject({ state: 'delivered', attempts: 1 });
  expect(after.accepted()).toMatchObject([{ id: body.id }]);
  expect([...before.problems, ...after.problems]).toEqual([]);
});

test('after a rotation, messages verify with both secrets', async () => {
  const hook = hooks.open('rotation');
  const { id } = await subscribe(api, hook, CHAMPIONS);
  const before = hook.secret;
  const { status, body } = await api.post<{ secret: string; previous_until: number }>(
    `${PATH}/${id}/secret`,
    {},
  );
  expect(status).toBe(200);
  expect(body.previous_until).toBeGreaterThan(Date.now() / 1000 + 86_000);
  hook.secret = body.secret;
  await api.post(`${PATH}/${id}/test`, {});
  await waitFor(() => hook.accepted().length === 1);
  hook.secret = before;
  await api.post(`${PATH}/${id}/test`, {});
  await waitFor(() => hook.accepted().length === 2);
  expect(hook.problems).toEqual([]);
  expect(() => new Webhook(body.secret)).not.toThrow();
});

test('readers without the scope admin see neither paths nor addresses', async () => {
  const { id } = await subscribe(api, hooks.open('secret-path'), CHAMPIONS);
  const key = await createKey(service.databaseUrl, 'reader', 'read');
  const reader = new Api(api.origin, key);
  const { body } = await reader.get<{ target: object }>(`${PATH}/${id}`);
  expect(body.target).toEqual({ kind: 'webhook', url: expect.stringMatching(/^http:\/\/[^/]+$/) });
  expect((await reader.post(`${PATH}/${id}/test`, {})).status).toBe(403);
  const email = { kind: 'email', to: ['ann@example.com'] };
  const mailed = await api.post<{ id: string }>(PATH, {
    ...{ name: 'mail', ...CHAMPIONS, schedule: { daily: '09:00' }, target: email, paused: true },
  });
  const shown = await reader.get<{ target: object }>(`${PATH}/${mailed.body.id}`);
  expect(shown.body.target).toEqual({ kind: 'email', to: ['…@example.com'] });
});

test('a segment that a subscription uses cannot be removed', async () => {
  const where = [['domain', 'is', ['example.com']]];
  const { body } = await api.post<{ id: string }>('/api/insights/v1/segments', {
    ...{ name: 'customers', subject: 'user', where },
  });
  const hook = hooks.open('segment');
  const { id } = await subscribe(api, hook, { name: 'Big', ...CHAMPIONS, segment: body.id });
  const segment = `/api/insights/v1/segments/${body.id}`;
  expect(await api.send('DELETE', segment)).toMatchObject({
    ...{ status: 409, body: { detail: expect.stringContaining('"Big"') } },
  });
  expect((await api.send('DELETE', `${PATH}/${id}`)).status).toBe(204);
  expect((await api.send('DELETE', segment)).status).toBe(204);
});
