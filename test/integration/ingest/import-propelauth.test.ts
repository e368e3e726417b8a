import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { resolve } from 'node:path';
import { waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { Imports, printedCount } from '../../support/imports.js';
import { ending } from '../../support/processes.js';
import { PropelAuthServer, type Asked } from '../../support/propelauth-server.js';
import { utcDay } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

jest.setTimeout(120_000);

const KEY = 'integration key';
const DAY_S = 86_400;
const uuid = (kind: number, index: number) =>
  `${kind}0000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const second = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1000;

/**
 * 230 users who signed up 40 days ago; the first five were seen yesterday, the sixth has no address. 120
 * orgs from then: in org 0 everybody is a member, the first as its owner, in org 1 the second alone. The
 * first two users have open invites, and one has no inviter.
 */
const [CREATED, SEEN] = [second(utcDay(-40)), second(utcDay(-1))];
const users = Array.from({ length: 230 }, (_, index) => ({
  user_id: uuid(1, index),
  email: index === 5 ? '' : `user${index}@example.com`,
  email_confirmed: true,
  first_name: `First ${index}`,
  created_at: CREATED + index,
  last_active_at: index < 5 ? SEEN : CREATED + index,
  locked: false,
  enabled: true,
  mfa_enabled: false,
  has_password: true,
  can_create_orgs: false,
  ...(index === 7 && { properties: { plan: 'pro', seats: {}, other: 1 } }),
}));
const orgs = Array.from({ length: 120 }, (_, index) => ({
  org_id: uuid(2, index),
  name: `Org ${index}`,
  is_saml_configured: false,
  metadata: index === 7 ? { tier: 'gold', other: 1 } : {},
  created_at: CREATED,
}));
const member = (index: number, role: string) => {
  return { ...users[index]!, role_in_org: role, additional_roles_in_org: [] };
};
const invite = (inviter: number | undefined, invitee: string, day: number) => ({
  invitee_email: invitee,
  org_id: uuid(2, 0),
  org_name: 'Org 0',
  role_in_org: 'Member',
  additional_roles_in_org: [],
  created_at: second(utcDay(day)),
  expires_at: second(utcDay(day)) + 90 * DAY_S,
  ...(inviter !== undefined && { inviter_user_id: uuid(1, inviter) }),
});
const tenant = {
  users,
  orgs,
  members: {
    [uuid(2, 0)]: users.map((_, index) => member(index, index === 0 ? 'Owner' : 'Member')),
    [uuid(2, 1)]: [member(1, 'Admin')],
  },
  invites: [
    invite(0, 'x@example.com', -3),
    invite(0, 'y@example.com', -2),
    invite(1, 'x@example.com', -2),
    invite(undefined, 'z@example.com', -2),
  ],
};

let service: TestService;
let imports: Imports;
const server = new PropelAuthServer(tenant, KEY);
beforeAll(async () => {
  service = await startTestService();
  imports = await Imports.into(service.databaseUrl, {
    PROPELAUTH_AUTH_URL: 'https://auth.example.com',
    PROPELAUTH_API_KEY: KEY,
    ...{ USER_TRAITS: 'plan,seats', ORG_TRAITS: 'tier' },
    REDIRECT_FROM: 'https://propelauth-api.com',
    REDIRECT_TO: await server.start(),
    NODE_OPTIONS: `--import ${resolve('test/support/redirect-preload.mjs')}`,
  });
});
beforeEach(() => {
  server.calm();
  server.asked.length = 0;
});
afterAll(async () => {
  await imports.remove();
  await server.close();
  await service.close();
});

const isUsersPage = (page: number) => (asked: Asked) =>
  asked.path === '/user/query' && asked.page === page;
const isMembersOf = (org: number) => (asked: Asked) => asked.path === `/user/org/${uuid(2, org)}`;
const run = () => imports.run('propelauth', '--rejected', 'rejected.ndjson');

test('a refused key ends the import at once, with advice', async () => {
  server.upset(() => true, { status: 401 });
  const { code, stderr } = await run();
  expect([code, stderr]).toEqual([1, expect.stringContaining('run it again')]);
  expect(stderr).toContain('integrationApiKey is incorrect');
  expect(server.asked).toHaveLength(1);
});

test('the import honors 429, retries a failing page, and continues after kill -9', async () => {
  server.upset(isUsersPage(1), {
    status: 429,
    headers: { 'Retry-After': '2' },
    body: 'Slow down.',
  });
  server.upset(isUsersPage(2), { status: 500 });
  server.upset(isMembersOf(3), 'silence', Infinity);
  const child = imports.start('propelauth', '--rejected', 'rejected.ndjson');
  const ended = ending(child);
  await waitFor(() => server.asked.find(isMembersOf(3)));
  child.kill('SIGKILL');
  await ended;
  const [refused, answered] = server.asked.filter(isUsersPage(1));
  expect(answered!.at - refused!.at).toBeGreaterThan(1_900);
  expect(server.asked.filter(isUsersPage(2))).toHaveLength(2);
  expect([...server.hosts]).toEqual(['auth.example.com']);

  server.calm();
  server.asked.length = 0;
  // A page that keeps failing ends the import, and earlier pages stay imported.
  server.upset(({ path }) => path === '/pending_org_invites', { status: 426 });
  const failed = await run();
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('run it again')]);
  expect(server.asked.some(({ path }) => path === '/user/query')).toBe(false);
  expect(server.asked.filter(isMembersOf(0))).toEqual([]);
  expect(server.asked.filter(isMembersOf(3))).toHaveLength(1);

  server.asked.length = 0;
  const last = await run();
  expect(last.code).toBe(0);
  expect(server.asked.map(({ path }) => path)).toEqual(['/pending_org_invites']);
  expect(printedCount(last, 'of unknown inviters')).toBe(1);
  expect(last.stdout).toMatch(/does not \w+\n- when members joined/);
  expect(await ask(service.databaseUrl, 'select from import_checkpoints')).toEqual([]);
});

test('the imported data gives the reports computed by hand', async () => {
  await service.chartsAreFresh();
  await expectTheReports();
});

test('a second import from the beginning changes no number and lists the rejected users', async () => {
  const again = await run();
  expect(again).toMatchObject({ code: 0 });
  const counts = ['users', 'orgs', 'members', 'open invites', 'rejected'];
  expect(counts.map((name) => printedCount(again, name))).toEqual([230, 120, 231, 4, 1]);
  expect(again.stdout).toMatch(/^traits dropped +2 not on the list, 1 bad value$/m);
  expect(await imports.read('rejected.ndjson')).toContain('"data.email":["must not be blank"]');
  await service.chartsAreFresh();
  await expectTheReports();
});

test('properties of users and metadata of orgs are traits', async () => {
  for (const [path, traits] of [
    [`users/${uuid(1, 7)}`, { plan: 'pro' }],
    [`orgs/${uuid(2, 7)}`, { tier: 'gold' }],
  ] as const) {
    expect((await service.api.get(`/api/insights/v1/${path}`)).body).toMatchObject({ traits });
  }
});

async function expectTheReports(): Promise<void> {
  await service.api.run();
  const rows = async (subject: 'user' | 'org', report: string, interval: string) =>
    (await service.api.ranking(subject, report, interval)).rows;
  // Users whose last activity is their creation were not seen later: five were seen in the last 7 days.
  const champions = await rows('user', 'champion', '30');
  expect(champions.map((row) => [row['user_id'], row['last_active_at']])).toEqual(
    [0, 1, 2, 3, 4].map((index) => [uuid(1, index), SEEN]),
  );
  // The sixth user's creation was rejected.
  expect(await rows('user', 'churn', '7')).toHaveLength(230 - 5 - 1);
  const inviters = await rows('user', 'top_inviter', '30');
  expect(inviters.map((row) => [row['user_id'], row['extra_properties']])).toEqual([
    [uuid(1, 0), { num_invites: 2 }],
    [uuid(1, 1), { num_invites: 1 }],
  ]);
  // Members with unknown join times are no growth, but their activity counts for the org.
  expect(await rows('org', 'growth', '90')).toEqual([]);
  const churned = await rows('org', 'churn', '7');
  expect(churned).toHaveLength(118);
  expect(churned.some((row) => [uuid(2, 0), uuid(2, 1)].includes(String(row['org_id'])))).toBe(
    false,
  );
  expect(champions[1]!['org_data']).toMatchObject([
    { org_id: uuid(2, 0), display_name: 'Org 0', user_role: 'Member' },
    { org_id: uuid(2, 1), display_name: 'Org 1', user_role: 'Admin' },
  ]);
}
