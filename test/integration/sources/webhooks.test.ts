import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask } from '../../support/database.js';
import { says } from '../../support/processes.js';
import { anEvent, problem, signupParameters } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';
import { clerkMessage } from '../../support/vendors/clerk.js';
import { signWorkos, workosMessage, workosUser } from '../../support/vendors/workos.js';
import { deliver, signStandard, standardSecret, type Signed } from '../../support/webhooks.js';

const [OLD, NEW] = [standardSecret(), standardSecret()];
const [OLD_WORKOS, NEW_WORKOS] = ['the-old-secret-of-workos', 'the-new-secret-of-workos'];
const OTHERS = 'the-secret-of-some-other-program';
const LATE_MS = 6 * 60_000;

let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    STANDARD_WEBHOOK_SECRET: `${OLD}, ${NEW}`,
    PROPELAUTH_WEBHOOK_SECRET: NEW,
    WORKOS_WEBHOOK_SECRET: `${OLD_WORKOS},${NEW_WORKOS}`,
    STRIPE_WEBHOOK_SECRET: OTHERS,
  });
});
afterAll(() => service.close());

function creation(user_id: string): Record<string, unknown> {
  return anEvent('user.created', { user_id });
}

async function isKnown(userId: string): Promise<boolean> {
  return (await signupParameters(service.api, userId)).status === 200;
}

test('a signed message is accepted with either of two valid secrets', async () => {
  for (const [index, secret] of [OLD, NEW].entries()) {
    const reply = await deliver(
      service.api,
      signStandard('standard', secret, creation(`signed ${index}`)),
    );
    expect([reply.status, reply.body]).toEqual([200, { outcome: 'accepted' }]);
    expect(await isKnown(`signed ${index}`)).toBe(true);
  }
});

test('a forged, changed, unsigned or stale message gets 401 and leaves no trace', async () => {
  const rows = () =>
    ask(service.databaseUrl, 'select from user_ids union all select from dead_letters');
  const before = (await rows()).length;
  const good = signStandard('standard', NEW, creation('forged'));
  const wrong = [
    signStandard('standard', standardSecret(), creation('forged')),
    signStandard('standard', NEW, creation('forged'), { at: Date.now() - LATE_MS }),
    signStandard('standard', NEW, creation('forged'), { at: Date.now() + LATE_MS }),
    { ...good, body: good.body.replace('forged', 'Forged') },
    { ...good, headers: { ...good.headers, 'webhook-id': 'another' } },
    { ...good, headers: { ...good.headers, 'webhook-signature': '' } },
    { ...good, headers: {} },
    { ...good, headers: {}, body: '{' },
  ];
  for (const message of wrong) {
    const reply = await deliver(service.api, message);
    expect(problem(reply)).toMatchObject({ status: 401, code: 'bad_signature' });
    expect(reply.headers.get('www-authenticate')).toBeNull();
  }
  expect((await rows()).length).toBe(before);
  expect((await deliver(service.api, good)).body).toEqual({ outcome: 'accepted' });
});

test('after ten wrong signatures from an address the next one gets 429, and a right one is accepted', async () => {
  const from = (address: string, message: Signed) =>
    deliver(service.api, {
      ...message,
      headers: { ...message.headers, 'X-Forwarded-For': address },
    });
  const forged = () => signStandard('standard', standardSecret(), creation('guessed'));
  const unsigned = { source: 'standard', body: '{}', headers: {} };
  const [guesser, other] = ['203.0.113.50', '203.0.113.51'];
  for (let attempt = 0; attempt < 10; attempt++) {
    expect((await from(guesser, attempt % 2 === 0 ? forged() : unsigned)).status).toBe(401);
  }
  for (const message of [forged(), unsigned]) {
    const refused = await from(guesser, message);
    expect(problem(refused)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from(other, message)).status).toBe(401);
  }
  const right = signStandard('standard', NEW, creation('not guessed'));
  expect((await from(guesser, right)).body).toEqual({ outcome: 'accepted' });
});

test('WorkOS messages are accepted and refused by WorkOS’s own scheme', async () => {
  const body = (id: string) => workosMessage('user.created', workosUser(id), Date.now());
  for (const [index, secret] of [OLD_WORKOS, NEW_WORKOS].entries()) {
    const reply = await deliver(service.api, signWorkos(secret, body(`workos ${index}`)));
    expect([reply.status, reply.body]).toEqual([200, { outcome: 'accepted' }]);
    expect(await isKnown(`workos ${index}`)).toBe(true);
  }
  const good = signWorkos(NEW_WORKOS, body('forged by workos'));
  const signature = good.headers['WorkOS-Signature']!;
  const wrong = [
    signWorkos('another-secret-of-workos', body('forged by workos')),
    signWorkos(NEW_WORKOS, body('forged by workos'), Date.now() - 200_000),
    signWorkos(NEW_WORKOS, body('forged by workos'), Date.now() + 200_000),
    { ...good, body: `${good.body} ` },
    { ...good, headers: {} },
    ...[signature.replace(/^t=\d/, 't=2'), signature.slice(0, -2), signature.split(',')[0]!].map(
      (changed) => ({ ...good, headers: { 'WorkOS-Signature': changed } }),
    ),
  ];
  for (const message of wrong) {
    expect(problem(await deliver(service.api, message))).toMatchObject({ status: 401 });
  }
  expect(await isKnown('forged by workos')).toBe(false);
  expect(await ask(service.databaseUrl, 'select from dead_letters')).toEqual([]);
});

test('a retry with a later timestamp is the same message: activity does not move', async () => {
  const [user_id, created] = ['retried', { created_at: '2024-01-01T00:00:00Z' }];
  const message = creation(user_id);
  const user = { ...message, data: { ...(message['data'] as object), ...created } };
  await service.api.ingest([user]);
  const body = { event_type: 'user.login', user_id };
  const first = Date.now() - 200_000;
  for (const at of [first, Date.now()]) {
    const message = signStandard('propelauth', NEW, body, { id: 'msg_again', at, prefix: 'svix' });
    expect((await deliver(service.api, message)).body).toEqual({ outcome: 'accepted' });
  }
  await service.api.run();
  const { rows } = await service.api.ranking('user', 'champion', '30');
  expect(rows.find((row) => row['user_id'] === user_id)).toMatchObject({
    last_active_at: Math.floor(first / 1000),
  });
});

test('an unused type gets 200 and is counted, and a forged message is counted', async () => {
  const message = signStandard('propelauth', NEW, { event_type: 'user.locked', user_id: 'x' });
  expect(await deliver(service.api, message)).toMatchObject({
    ...{ status: 200, body: { outcome: 'unused' } },
  });
  const lookUp = signStandard('propelauth', NEW, { event_type: 'user.updated', user_id: 'x' });
  expect((await deliver(service.api, lookUp)).body).toEqual({ outcome: 'unused' });
  const { body } = await service.api.get<string>('/metrics');
  expect(body).toContain('insightd_ingest_events_total{type="user.locked",outcome="unused"} 1');
  expect(body).toContain('insightd_ingest_events_total{type="user.updated",outcome="unused"} 1');
  expect(body).toMatch(/insightd_ingest_events_total\{type="unknown",outcome="refused"\} \d/);
});

test('a source without a secret, or an unknown source, gets 404 with the setting to set', async () => {
  const ofClerk = signStandard('clerk', NEW, clerkMessage('user.deleted', {}, Date.now()));
  const unset = problem(await deliver(service.api, ofClerk));
  expect(unset).toMatchObject({ status: 404 });
  expect(unset.detail).toContain('CLERK_WEBHOOK_SECRET');
  for (const source of ['demo', 'unknown', '..%2Fsource']) {
    const none = problem(await deliver(service.api, { ...ofClerk, source }));
    expect(none).toMatchObject({ status: 404 });
    expect(none.detail).toContain('clerk, propelauth, standard, workos');
  }
});

test('a secret of an unknown source is logged at the start and does not stop it', async () => {
  const line = await says(service, 'STRIPE_WEBHOOK_SECRET');
  expect(line).toContain('no source has this setting');
  expect(service.log.join()).not.toContain(OTHERS);
});

test('a body of more than 1 MiB is refused as too large, from any sender', async () => {
  const body = creation('x'.repeat(1024 * 1024));
  const reply = await deliver(service.api, signStandard('standard', NEW, body));
  expect(problem(reply)).toMatchObject({ status: 413 });
});

test('neither a secret nor a signature is ever in the log', () => {
  const log = [...service.log, ...service.output].join('\n');
  for (const text of [OLD, NEW, OLD_WORKOS, NEW_WORKOS, 'v1=', 'v1,'])
    expect(log).not.toContain(text);
});
