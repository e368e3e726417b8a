import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ask } from '../../support/database.js';
import { letters, replay } from '../../support/letters.js';
import { columnsHolding } from '../../support/personal.js';
import { anEvent, signupParameters } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';
import { clerkMessage, clerkUser } from '../../support/vendors/clerk.js';
import { signWorkos, workosInvitation, workosMessage } from '../../support/vendors/workos.js';
import {
  deliver,
  signStandard,
  standardSecret,
  type Signed,
  type Signing,
} from '../../support/webhooks.js';

const SECRET = standardSecret();
const WORKOS_SECRET = 'workos-signing-secret';
const TOO_FAR_MS = 10 * 60_000;

let service: TestService;
beforeAll(async () => {
  service = await startTestService(
    {
      CLERK_WEBHOOK_SECRET: SECRET,
      PROPELAUTH_WEBHOOK_SECRET: SECRET,
      STANDARD_WEBHOOK_SECRET: SECRET,
      WORKOS_WEBHOOK_SECRET: WORKOS_SECRET,
    },
    'api',
  );
});
beforeEach(() => ask(service.databaseUrl, 'truncate dead_letters'));
afterAll(() => service.close());

const standard = (body: unknown, signing?: Signing) =>
  signStandard('standard', SECRET, body, signing);

async function expectOutcome(outcome: string, ...messages: Signed[]): Promise<void> {
  for (const message of messages) {
    const reply = await deliver(service.api, message);
    expect([reply.status, reply.body]).toEqual([200, { outcome }]);
  }
}

async function isKnown(userId: string): Promise<boolean> {
  return (await signupParameters(service.api, userId)).status === 200;
}

async function bodies(): Promise<(string | null)[]> {
  return (await letters(service.api)).map(({ body }) => body);
}

/** A user without an address, with personal data in all other fields. */
function nameless(id: string): object {
  const data = clerkUser(id, { email_addresses: [], first_name: 'Zq2first' });
  return clerkMessage('user.created', data, Date.now());
}

test('a message with an unusable event is stored as received, and accepted when it becomes usable', async () => {
  const time = new Date(Date.now() + TOO_FAR_MS + 1_500).toISOString();
  const [usable, early] = ['usable', 'early'].map((user_id) =>
    anEvent('user.created', { user_id }),
  );
  const body = JSON.stringify([usable, { ...early, time }], null, 1);
  const message = standard(body, { id: 'msg_letter' });
  await expectOutcome('rejected', message, message);
  expect(await letters(service.api)).toMatchObject([
    { source: 'standard', event_id: 'msg_letter', type: 'batch', attempts: 2, body },
  ]);
  expect([await isKnown('usable'), await isKnown('early')]).toEqual([true, false]);
  for (let reply = await replay(service.api); reply.accepted === 0;)
    reply = await replay(service.api);
  expect(await isKnown('early')).toBe(true);
  expect(await letters(service.api)).toEqual([]);
});

test('a replayed message keeps its identity and time', async () => {
  const at = Date.now() - 100_000;
  // No type yet, as if a later version could read it.
  const message = standard('{"data": {"user_id": "timed", "email": "t@example.com"}}', {
    ...{ id: 'msg_timed', at },
  });
  await expectOutcome('rejected', message);
  const put = `update dead_letters set body = convert_to('{"type": "user.created", ' || substr(convert_from(body, 'UTF8'), 2), 'UTF8')`;
  await ask(service.databaseUrl, put);
  expect(await replay(service.api)).toEqual({ accepted: 1, rejected: [] });
  const query = `select extract(epoch from created_at)::int as second from users join user_ids using (id) where user_id = 'timed'`;
  expect(await ask(service.databaseUrl, query)).toEqual([{ second: Math.floor(at / 1000) }]);
  await expectOutcome(
    'accepted',
    standard(anEvent('user.deleted', { user_id: 'timed' }, { id: 'msg_timed' })),
  );
  expect(await isKnown('timed')).toBe(true);
});

test('a signed body that is not JSON is stored, and stays after a replay', async () => {
  await expectOutcome('rejected', standard('{"type": "user.cre'), standard(''));
  expect((await bodies()).sort()).toEqual(['', '{"type": "user.cre']);
  const reply = await replay(service.api);
  expect(reply).toMatchObject({ accepted: 0, rejected: [{ index: 0 }, { index: 1 }] });
  expect(reply.rejected[0]!.errors).toEqual({ body: ['must be valid JSON'] });
});

test('two messages with the same content are two letters', async () => {
  const message = () => signStandard('propelauth', SECRET, { event_type: 'user.login' });
  await expectOutcome('rejected', message(), message());
  expect((await letters(service.api)).map(({ attempts }) => attempts)).toEqual([1, 1]);
});

test('an invitee’s address is not stored, wherever it is in the message', async () => {
  const address = 'zq2.invitee@private.example';
  const invitation = workosInvitation('', address, { note: ` ${address.toUpperCase()}` });
  await expectOutcome(
    'rejected',
    signWorkos(WORKOS_SECRET, workosMessage('invitation.created', invitation, Date.now())),
    standard([anEvent('user.invited_to_org', { inviter_user_id: '', invitee_email: address })]),
    signStandard('propelauth', SECRET, {
      ...{ event_type: 'user.invited_to_org', inviter_id: 7, email: address },
    }),
  );
  expect(await bodies()).toHaveLength(3);
  expect(await columnsHolding(service.databaseUrl, [address])).toEqual([]);
});

test('the deletion of a user drops the messages about them, and later ones are not stored', async () => {
  const id = 'zq2-user';
  const about = () => [
    signStandard('clerk', SECRET, nameless(id)),
    standard([
      anEvent('user.active', { user_id: 'another' }),
      anEvent('user.updated', { user_id: id, email: '', first_name: 'Zq2first' }),
    ]),
    standard(`{"type": "user.created", "data": {"user_id": "${id}", "first_name": "Zq2first"`),
  ];
  await expectOutcome('rejected', ...about());
  await expectOutcome('rejected', signStandard('clerk', SECRET, nameless('zq2-user-2')));
  expect((await columnsHolding(service.databaseUrl, ['Zq2first'])).length).toBe(1);
  const deletion = clerkMessage('user.deleted', { id, deleted: true }, Date.now());
  await expectOutcome('accepted', signStandard('clerk', SECRET, deletion));
  await expectOutcome('rejected', ...about());
  const kept = (await bodies()).filter((body) => body !== null);
  expect(kept).toEqual([expect.stringContaining('zq2-user-2')]);
});
