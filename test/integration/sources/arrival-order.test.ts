import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { forgetIdentities } from '#libs/facts';
import { Sources } from '#libs/ingest';
import { Api } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { Model, type WireEvent } from '../../support/model/model.js';
import {
  TEST_KEY,
  startProcess,
  startTestService,
  testSettings,
  type TestProcess,
  type TestService,
} from '../../support/service.js';
import { deliver, signStandard, standardSecret, type Signed } from '../../support/webhooks.js';

const SECRET = standardSecret();
const PAIRS = [0, 1, 2];

let service: TestService;
let second: TestProcess;
let apis: Api[];
beforeAll(async () => {
  const secrets = { PROPELAUTH_WEBHOOK_SECRET: SECRET };
  service = await startTestService(secrets, 'api');
  second = await startProcess('api', { ...testSettings(service.databaseUrl), ...secrets });
  apis = [service.api, new Api(second.origin, TEST_KEY)];
});
afterAll(async () => {
  await second.stop();
  await service.close();
});

interface Step {
  kind: 'added_to_org' | 'removed_from_org' | 'role_changed_within_org';
  pair: number;
  /** Which of the two apis receives it. */
  api: number;
  /** Whole seconds after the first of three. */
  second: number;
  /** Begins its id. */
  head: string;
  isSentAgain: boolean;
}

const stepArb: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('added_to_org', 'removed_from_org', 'role_changed_within_org'),
  pair: fc.constantFrom(...PAIRS),
  api: fc.constantFrom(0, 1),
  second: fc.constantFrom(0, 0, 0, 1, 2),
  head: fc.constantFrom('a', 'z', '0', 'Z', '~'),
  isSentAgain: fc.boolean(),
});

let worlds = 0;

/** The messages of a world in the order of arrival, and the model of their events. */
function messagesOf(steps: readonly Step[]): { world: string; messages: Signed[]; model: Model } {
  const world = `world-${(worlds += 1)}.`;
  const start = Math.floor(Date.now() / 1000) * 1000 - 60_000;
  const time = (ms: number) => new Date(ms).toISOString();
  const events: WireEvent[] = PAIRS.flatMap((pair) => [
    {
      ...{ id: `${world}user ${pair}`, source: 'app', type: 'user.created' },
      ...{ time: time(start - 1000), data: { user_id: `${world}${pair}` } },
    },
    {
      ...{ id: `${world}org ${pair}`, source: 'app', type: 'org.created' },
      ...{ time: time(start - 1000), data: { org_id: `${world}${pair}`, name: `Org ${pair}` } },
    },
  ]);
  const messages = steps.map(({ kind, pair, second: seconds, head }, index) => {
    const id = `${head}.${world}${index}`;
    const at = start + seconds * 1000;
    const names = { user_id: `${world}${pair}`, org_id: `${world}${pair}` };
    const role = kind === 'removed_from_org' ? {} : { role: `Role ${index}` };
    const type = `user.${kind}`;
    const data = { ...names, ...role };
    const event = { id, source: 'propelauth', type, time: time(at), data, receivedAt: index };
    events.push(event);
    return signStandard('propelauth', SECRET, { event_type: type, ...data }, { id, at });
  });
  return { world, messages, model: new Model(events) };
}

async function send(api: Api, message: Signed): Promise<void> {
  const { status, body } = await deliver(api, message);
  expect([status, body]).toEqual([200, { outcome: 'accepted' }]);
}

/** The role of each user in the org of the pair; undefined for users who are no members. */
async function rolesIn(world: string): Promise<(string | undefined)[]> {
  return Promise.all(
    PAIRS.map(async (pair) => {
      const { body } = await service.api.get<{ orgs: { role: string }[] }>(
        `/api/insights/v1/users/${world}${pair}`,
      );
      return body.orgs[0]?.role;
    }),
  );
}

test('messages of one second count in the order of arrival, at any api', async () => {
  const property = fc.asyncProperty(
    fc.array(stepArb, { minLength: 4, maxLength: 12 }),
    async (steps) => {
      const { world, messages, model } = messagesOf(steps);
      await service.api.ingest(
        PAIRS.flatMap((pair) => [
          {
            ...{ id: `${world}user ${pair}`, source: 'app', type: 'user.created' },
            ...{ data: { user_id: `${world}${pair}` } },
          },
          {
            ...{ id: `${world}org ${pair}`, source: 'app', type: 'org.created' },
            ...{ data: { org_id: `${world}${pair}`, name: `Org ${pair}` } },
          },
        ]),
      );
      for (const [index, message] of messages.entries()) {
        await send(apis[steps[index]!.api]!, message);
        if (steps[index]!.isSentAgain) await send(apis[1 - steps[index]!.api]!, message);
      }
      // A message sent again after all others keeps its first position.
      for (const [index, message] of messages.entries())
        if (steps[index]!.isSentAgain) await send(service.api, message);
      const expected = PAIRS.map(
        (pair) =>
          model.org(`${world}${pair}`).members.find(({ userId }) => userId === `${world}${pair}`)
            ?.role,
      );
      expect(await rolesIn(world)).toEqual(expected);
    },
  );
  await fc.assert(property, { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 8) });
}, 60_000);

test('of several names in one second the last received counts', async () => {
  const at = Date.now();
  const created = (id: string, first_name: string) =>
    signStandard(
      'propelauth',
      SECRET,
      { event_type: 'user.created', user_id: 'named', email: 'n@example.com', first_name },
      { id, at },
    );
  await send(apis[0]!, created('z first', 'First'));
  await send(apis[1]!, created('a second', 'Second'));
  await send(apis[0]!, created('m third', 'Third'));
  await send(apis[1]!, created('z first', 'First'));
  const { body } = await service.api.get('/api/insights/v1/users/named');
  expect(body).toMatchObject({ user: { first_name: 'Third' } });
});

test('a replayed dead letter and a repeated message keep the time of first receipt', async () => {
  const at = Date.now();
  const step = (id: string, event_type: string, role?: unknown) =>
    signStandard(
      'propelauth',
      SECRET,
      { event_type, user_id: 'late', org_id: 'late org', role },
      { id, at },
    );
  await service.api.ingest([
    { id: 'late', source: 'app', type: 'user.created', data: { user_id: 'late' } },
    { id: 'late', source: 'app2', type: 'org.created', data: { org_id: 'late org', name: 'Late' } },
  ]);
  // A role that is not a string makes a dead letter, whose body an operator corrects.
  const rejected = await deliver(service.api, step('z', 'user.role_changed_within_org', 7));
  expect(rejected.body).toEqual({ outcome: 'rejected' });
  await send(apis[1]!, step('a', 'user.removed_from_org'));
  await ask(
    service.databaseUrl,
    `update dead_letters set body = convert_to(replace(convert_from(body, 'UTF8'), ':7', ':"Owner"'), 'UTF8')
     where event_id = 'z'`,
  );
  const { body } = await service.api.post('/api/admin/v1/dead_letters/replay', {});
  expect(body).toMatchObject({ accepted: 1, rejected: [] });
  const orgs = async (id: string) =>
    (await service.api.get<{ orgs: unknown[] }>(`/api/insights/v1/users/${id}`)).body.orgs;
  expect(await orgs('late')).toEqual([]);

  // The vendor corrects the message and sends it again with the same id.
  await deliver(service.api, step('zz', 'user.role_changed_within_org', 7));
  await send(apis[1]!, step('aa', 'user.removed_from_org'));
  await send(apis[0]!, step('zz', 'user.role_changed_within_org', 'Owner'));
  expect(await orgs('late')).toEqual([]);
  // A message that is received for the first time is the latest.
  await send(apis[0]!, step('00', 'user.role_changed_within_org', 'Owner'));
  expect(await orgs('late')).toMatchObject([{ role: 'Owner' }]);
});

test('identities of such a source are never pruned', async () => {
  const at = Date.now();
  const created = (id: string, first_name: string) =>
    signStandard(
      'propelauth',
      SECRET,
      { event_type: 'user.created', user_id: 'old', email: 'o@example.com', first_name },
      { id, at },
    );
  await send(apis[0]!, created('old message', 'First'));
  await send(apis[0]!, created('new message', 'Second'));
  await service.api.ingest([
    { id: 'old event', source: 'app', type: 'user.created', data: { user_id: 'old' } },
  ]);
  const aged = `update event_identities set received_at = now() - interval '400 days'
    where event_id in ('old message', 'new message', 'old event')`;
  await ask(service.databaseUrl, aged);
  const pool = new pg.Pool({ connectionString: service.databaseUrl });
  const sources = await Sources.load();
  await forgetIdentities(pool, 30, sources.orderedByArrival()).finally(() => pool.end());
  const kept = `select event_id as id from event_identities
    where received_at < now() - interval '300 days' order by id`;
  expect(await ask(service.databaseUrl, kept)).toEqual([
    { id: 'new message' },
    { id: 'old message' },
  ]);
  await send(apis[0]!, created('old message', 'First'));
  const { body } = await service.api.get('/api/insights/v1/users/old');
  expect(body).toMatchObject({ user: { first_name: 'Second' } });
});
