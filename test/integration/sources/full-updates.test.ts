import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signupParameters } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';
import { clerkMessage, clerkOrg, clerkUser } from '../../support/vendors/clerk.js';
import { signWorkos, workosMessage, workosOrg, workosUser } from '../../support/vendors/workos.js';
import { deliver, signStandard, standardSecret, type Signed } from '../../support/webhooks.js';

const SECRET = standardSecret();
const WORKOS_SECRET = 'workos-signing-secret';
const DAY_MS = 86_400_000;
const CREATED = Math.floor(Date.now() / 1000) * 1000 - 40 * DAY_MS;
const CREATED_ISO = new Date(CREATED).toISOString();

let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    CLERK_WEBHOOK_SECRET: SECRET,
    WORKOS_WEBHOOK_SECRET: WORKOS_SECRET,
  });
});
afterAll(() => service.close());

async function send(message: Signed): Promise<void> {
  const { status, body } = await deliver(service.api, message);
  expect([status, body]).toEqual([200, { outcome: 'accepted' }]);
}

const clerk = (type: string, data: object) =>
  send(signStandard('clerk', SECRET, clerkMessage(type, data, Date.now()), { prefix: 'svix' }));
const workos = (type: string, data: object) =>
  send(signWorkos(WORKOS_SECRET, workosMessage(type, data, Date.now())));

const page = async (path: string) =>
  (await service.api.get(`/api/insights/v1/${path}`)).body as Record<string, unknown>;

test('a user known by phone exists without an address, in every output', async () => {
  const byPhone = {
    ...{ email_addresses: [], primary_email_address_id: null, created_at: CREATED },
    phone_numbers: [{ id: 'idn_phone', phone_number: '+15555550100' }],
  };
  await clerk('user.created', clerkUser('phone', { ...byPhone, first_name: 'Phil' }));
  await clerk('organization.created', clerkOrg('acme', { created_at: CREATED }));
  await service.api.ingest([
    { id: '1', type: 'user.added_to_org', data: { user_id: 'phone', org_id: 'acme' } },
    { id: '2', type: 'user.created', data: { user_id: 'bare', email: null } },
    { id: '3', type: 'user.added_to_org', data: { user_id: 'bare', org_id: 'acme' } },
  ]);
  const user = { user_id: 'phone', email: null, first_name: 'Phil' };
  expect(await page('users/phone')).toMatchObject({
    user: { ...user, created_at: CREATED / 1000 },
    signup_query_parameters: {},
  });
  const nothing = { email: null, username: null, first_name: null, last_name: null };
  expect(await page('users/bare')).toMatchObject({ user: { user_id: 'bare', ...nothing } });
  const { rows: members } = (await page('orgs/acme/members')) as { rows: { user_id: string }[] };
  expect(members.toSorted((one, other) => (one.user_id < other.user_id ? -1 : 1))).toMatchObject([
    { user_id: 'bare', ...nothing },
    user,
  ]);
  expect(await page('orgs/acme')).toMatchObject({ num_users: 2 });

  await service.api.ingest([{ id: '4', type: 'user.active', data: { user_id: 'phone' } }]);
  await service.api.run();
  const { rows } = await service.api.ranking('user', 'champion', '30');
  const found = rows.filter(({ user_id }) => ['phone', 'bare'].includes(String(user_id)));
  expect(found).toHaveLength(2);
  expect(found.map(({ email }) => email)).toEqual(['', '']);
  const report = 'reports/user/champion';
  const changes = (await page(`${report}?interval=30`)) as { rows: { user_id: string }[] };
  expect(changes.rows.find(({ user_id }) => user_id === 'phone')).toMatchObject(user);
  const csv = await service.api.get<string>(`/api/insights/v1/${report}/csv?interval=30`);
  expect(csv.body).toMatch(/\r\n\d,phone,,,Phil,/);
  const parameters = await signupParameters(service.api, 'bare');
  expect(parameters.body).toEqual({ user_signup_query_parameters: {} });
});

test('an address added later belongs to the same user, with Clerk’s creation time', async () => {
  await clerk('user.updated', clerkUser('phone', { created_at: CREATED }));
  const user = { email: 'phone@example.com', created_at: CREATED / 1000 };
  expect(await page('users/phone')).toMatchObject({ user });
});

test('an update that is the first message of a user or org creates it', async () => {
  await clerk('user.updated', clerkUser('clerk', { created_at: CREATED }));
  await clerk('organization.updated', clerkOrg('clerk-org', { created_at: CREATED }));
  await workos('user.updated', workosUser('workos', { created_at: CREATED_ISO }));
  await workos('organization.updated', workosOrg('workos-org', { created_at: CREATED_ISO }));
  for (const name of ['clerk', 'workos']) {
    const created_at = CREATED / 1000;
    expect(await page(`users/${name}`)).toMatchObject({ user: { created_at } });
    expect(await page(`orgs/${name}-org`)).toMatchObject({
      org: { name: `Org ${name}-org`, created_at },
    });
  }
});

test('an update without a creation time creates no user, and no update restores a deleted user', async () => {
  await clerk('user.updated', clerkUser('partial', { created_at: null }));
  expect((await service.api.get('/api/insights/v1/users/partial')).status).toBe(404);
  await clerk('user.deleted', { id: 'clerk', deleted: true });
  await clerk('user.updated', clerkUser('clerk', { created_at: CREATED }));
  expect((await service.api.get('/api/insights/v1/users/clerk')).status).toBe(404);
});

test('an e-mail cannot be cleared', async () => {
  const update = { id: '5', type: 'user.updated', data: { user_id: 'workos', email: null } };
  expect((await service.api.post('/api/ingest/v1/events', [update])).body).toMatchObject({
    rejected: [{ errors: { 'data.email': ['must be a string'] } }],
  });
  const again = { user_id: 'workos', email: null, username: 'wk' };
  await service.api.ingest([{ id: '6', type: 'user.created', data: again }]);
  expect(await page('users/workos')).toMatchObject({
    user: { email: 'workos@example.com', username: 'wk' },
  });
});
