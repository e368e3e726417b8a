import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Subject } from '../../support/api.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  clerkMembership,
  clerkMessage,
  clerkOrg,
  clerkSession,
  clerkUser,
} from '../../support/vendors/clerk.js';
import {
  signWorkos,
  workosInvitation,
  workosMembership,
  workosMessage,
  workosOrg,
  workosUser,
} from '../../support/vendors/workos.js';
import { deliver, signStandard, standardSecret, type Signed } from '../../support/webhooks.js';

const SECRET = standardSecret();
const WORKOS_SECRET = 'workos-signing-secret';
const NOW = Math.floor(Date.now() / 1000) * 1000;
const DAY_MS = 86_400_000;
const ago = (days: number) => NOW - days * DAY_MS;

let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    CLERK_WEBHOOK_SECRET: SECRET,
    PROPELAUTH_WEBHOOK_SECRET: SECRET,
    STANDARD_WEBHOOK_SECRET: SECRET,
    WORKOS_WEBHOOK_SECRET: WORKOS_SECRET,
  });
});
afterAll(() => service.close());

/** A delivery of a message, `laterMs` after its first. */
type Sending = (laterMs: number) => Signed;

/** One history as sent by four sources; every id begins with `world`. */
function history(world: string): Sending[] {
  const [ada, bob, cleo, dan, eve] = ['ada', 'bob', 'cleo', 'dan', 'eve'].map((n) => world + n);
  const [acme, beta] = [`${world}acme`, `${world}beta`];
  let count = 0;
  const named = () => `${world}message-${(count += 1)}`;
  const standard = (source: string, body: object): Sending => {
    const [id, prefix] = [named(), source === 'standard' ? 'webhook' : 'svix'] as const;
    return (laterMs) => signStandard(source, SECRET, body, { id, at: NOW + laterMs, prefix });
  };
  const clerk = (type: string, days: number, data: object) =>
    standard('clerk', clerkMessage(type, data, ago(days)));
  const workos = (type: string, days: number, data: object): Sending => {
    const body = workosMessage(type, data, ago(days), named());
    return (laterMs) => signWorkos(WORKOS_SECRET, body, NOW + laterMs);
  };
  const propelauth = (event_type: string, body: object) =>
    standard('propelauth', { event_type, ...body });
  const created = (days: number) => ({ created_at: ago(days) });
  const createdIso = (days: number) => ({ created_at: new Date(ago(days)).toISOString() });
  const pending = { status: 'pending' };
  return [
    clerk('organization.created', 40, clerkOrg(acme, created(40))),
    clerk('user.created', 40, clerkUser(ada!, created(40))),
    clerk('organizationMembership.created', 20, clerkMembership(ada!, acme)),
    clerk('organizationMembership.updated', 10, clerkMembership(ada!, acme, 'org:admin')),
    clerk('user.created', 39, clerkUser(bob!, created(39))),
    clerk('organizationMembership.created', 19, clerkMembership(bob!, acme)),
    clerk('organizationMembership.deleted', 5, clerkMembership(bob!, acme)),
    clerk('user.updated', 3, clerkUser(ada!, { last_name: 'Lovelace' })),
    clerk('user.updated', 8, clerkUser(ada!, { last_name: 'King' })),
    ...[1, 2, 2, 9].map((days) => clerk('session.created', days, clerkSession(ada!))),
    clerk('session.created', 4, clerkSession(ada!, { actor: { sub: 'staff' } })),
    clerk('organizationInvitation.created', 4, { email_address: 'x@example.com' }),
    workos('organization.created', 60, workosOrg(beta, createdIso(60))),
    workos('user.created', 60, workosUser(cleo!, createdIso(60))),
    workos('organization_membership.created', 30, workosMembership(cleo!, beta, pending)),
    workos('organization_membership.updated', 12, workosMembership(cleo!, beta)),
    workos('invitation.created', 11, workosInvitation(cleo!, 'one@example.com')),
    workos('invitation.created', 10, workosInvitation(cleo!, ' ONE@example.com')),
    workos('invitation.created', 10, workosInvitation(cleo!, 'two@example.com')),
    workos('authentication.password_succeeded', 6, { user_id: cleo }),
    workos('session.created', 6, { user_id: cleo }),
    workos('user.created', 50, workosUser(dan!, createdIso(50))),
    workos('organization_membership.created', 15, workosMembership(dan!, beta)),
    workos('user.deleted', 2, workosUser(dan!)),
    propelauth('user.created', { user_id: eve, email: `${eve}@example.com` }),
    propelauth('user.login', { user_id: eve }),
    propelauth('user.added_to_org', { user_id: eve, org_id: beta, role: 'Owner' }),
    propelauth('user.updated', { user_id: eve }),
    standard('standard', [
      {
        type: 'user.active',
        id: `${world}a`,
        time: new Date(ago(7)).toISOString(),
        data: { user_id: bob },
      },
      { type: 'user.active', data: { user_id: bob } },
    ]),
  ];
}

const RANKINGS: [Subject, string, string][] = [
  ...[
    ['champion', '30'],
    ['top_inviter', '30'],
    ['churn', '14'],
    ['reengagement', 'Weekly'],
  ].map(([report, interval]): [Subject, string, string] => ['user', report!, interval!]),
  ...[
    ['growth', '30'],
    ['attrition', '30'],
    ['churn', '7'],
    ['reengagement', 'Monthly'],
  ].map(([report, interval]): [Subject, string, string] => ['org', report!, interval!]),
];

/** The reports of a world, without its name in the ids. */
async function reportsOf(world: string): Promise<Record<string, unknown[]>> {
  await service.api.run();
  const reports: Record<string, unknown[]> = {};
  for (const [subject, report, interval] of RANKINGS) {
    const { rows } = await service.api.ranking(subject, report, interval);
    const own = rows
      .filter((row) => String(row[`${subject}_id`]).startsWith(world))
      // Of the row and of the report, new in every run.
      .map((row) => ({ ...row, id: undefined, report_id: undefined }));
    reports[`${subject} ${report}`] = JSON.parse(
      JSON.stringify(own).replaceAll(world, ''),
    ) as unknown[];
  }
  return reports;
}

async function deliverAll(messages: Signed[], atOnce: number): Promise<void> {
  for (let i = 0; i < messages.length; i += atOnce) {
    const some = messages.slice(i, i + atOnce);
    const replies = await Promise.all(some.map((message) => deliver(service.api, message)));
    expect(replies.map(({ status }) => status)).toEqual(some.map(() => 200));
  }
}

test('every order and repetition of the messages gives the same reports', async () => {
  await deliverAll(
    history('in-order.').map((sending) => sending(0)),
    1,
  );
  const expected = await reportsOf('in-order.');
  expect(expected['user champion']).toMatchObject([
    // The days of four sign-ins, two on one day; sessions of an impersonator do not count.
    { user_id: 'ada', last_name: 'Lovelace', extra_properties: { num_active_days: 3 } },
    { user_id: 'bob', extra_properties: { num_active_days: 2 } },
    { user_id: 'eve', extra_properties: { num_active_days: 1 } },
    { user_id: 'cleo', extra_properties: { num_active_days: 1 } },
  ]);
  expect(expected['user top_inviter']).toMatchObject([
    { user_id: 'cleo', extra_properties: { num_invites: 2 } },
  ]);
  expect(expected['org growth']).toMatchObject([
    { org_id: 'beta', extra_properties: { num_users_added: 3, num_users_removed: 1 } },
    { org_id: 'acme', extra_properties: { num_users_added: 2, num_users_removed: 1 } },
  ]);

  const messages = history('').length;
  const order = fc.shuffledSubarray([...Array(messages).keys()], { minLength: messages });
  const repeated = fc.array(fc.nat(messages - 1), { maxLength: messages });
  let worlds = 0;
  await fc.assert(
    fc.asyncProperty(order, repeated, fc.integer({ min: 1, max: 9 }), async (first, again, n) => {
      const world = `world-${(worlds += 1)}.`;
      const sendings = history(world);
      await deliverAll(
        first.map((index) => sendings[index]!(0)),
        n,
      );
      // A retry is stamped with the time of the attempt.
      await deliverAll(
        again.map((index) => sendings[index]!(60_000)),
        n,
      );
      expect(await reportsOf(world)).toEqual(expected);
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 4), endOnFailure: true },
  );
});
