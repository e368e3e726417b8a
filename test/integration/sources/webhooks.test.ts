import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask } from '../../support/database.js';
import { letters, replay } from '../../support/letters.js';
import { anEvent, problem, signupParameters } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';
import { deliver, signStandard, standardSecret } from '../../support/webhooks.js';

const [OLD, NEW] = [standardSecret(), standardSecret()];
const LATE_MS = 6 * 60_000;

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ STANDARD_WEBHOOK_SECRET: `${OLD}, ${NEW}` });
});
afterAll(() => service.close());

function creation(user_id: string): Record<string, unknown> {
  return anEvent('user.created', { user_id });
}

async function isKnown(userId: string): Promise<boolean> {
  return (await signupParameters(service.api, userId)).status === 200;
}

test('a signed message is taken, by either of two secrets that live at once', async () => {
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

test('a message that cannot be used is kept as it came, answered 200, and taken when it can be', async () => {
  const time = new Date(Date.now() + 10 * 60_000 + 1_500).toISOString();
  const body = JSON.stringify(
    [creation('usable'), { ...creation('early'), id: 'early', time }],
    null,
    1,
  );
  const message = signStandard('standard', NEW, body, { id: 'msg_letter' });
  expect((await deliver(service.api, message)).body).toEqual({ outcome: 'rejected' });
  expect((await deliver(service.api, message)).body).toEqual({ outcome: 'rejected' });
  const [letter, ...rest] = await letters(service.api);
  expect(rest).toEqual([]);
  expect(letter).toMatchObject({ source: 'standard', event_id: 'msg_letter', type: 'batch' });
  expect(letter).toMatchObject({ attempts: 2, body });
  expect([await isKnown('usable'), await isKnown('early')]).toEqual([true, false]);
  for (let reply = await replay(service.api); reply.accepted === 0;)
    reply = await replay(service.api);
  expect(await isKnown('early')).toBe(true);
  expect(await letters(service.api)).toEqual([]);
});
