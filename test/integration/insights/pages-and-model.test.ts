import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insights, type OrgMembers, type OrgPage, type UserPage } from '#libs/contracts';
import { aHistory } from '../../support/agreement.js';
import { Model } from '../../support/model/model.js';
import { ORGS, USERS } from '../../support/model/pools.js';
import { DAY_MS, dayFromText } from '../../support/model/time.js';
import { startTestService, type TestService } from '../../support/service.js';

const history = aHistory(400);
const model = new Model(history);
let service: TestService;

beforeAll(async () => {
  service = await startTestService();
  await service.api.ingest(history);
});
afterAll(() => service.close());

const read = <T>(path: string) => service.api.get<T>(`/api/insights/v1/${path}`);
const inPath = (id: string) => encodeURIComponent(id);

test('the history has something to say of both', () => {
  expect(ORGS.filter((id) => model.org(id).exists).length).toBeGreaterThan(1);
  expect(USERS.filter((id) => model.user(id).exists).length).toBeGreaterThan(3);
});

test.each(ORGS)('the page of the org %j says what the model says', async (id) => {
  const expected = model.org(id);
  const { status, body } = await read<OrgPage>(`orgs/${inPath(id)}`);
  if (!expected.exists) return expect(status).toBe(404);
  expect([status, insights.orgPage.safeParse(body).error]).toEqual([200, undefined]);
  expect(body.num_users).toBe(expected.numUsersAt(Number.MAX_VALUE));
  expect(body.members_over_time).toHaveLength(52);
  for (const { date, num_users } of body.members_over_time) {
    const weekEnd = (dayFromText(date) + 7) * DAY_MS - 1000;
    expect([date, num_users]).toEqual([date, expected.numUsersAt(weekEnd)]);
  }
  for (const { date, active_users } of body.active_by_week) {
    const first = dayFromText(date);
    const week = { first, last: first + 6 };
    expect([date, active_users]).toEqual([date, expected.activeMembersIn(week)]);
  }
  const moves = (rows: OrgPage['joined']) => rows.map(({ user_id, at }) => ({ user_id, at }));
  expect(moves(body.joined)).toEqual(expected.joined.slice(0, 50));
  expect(moves(body.left)).toEqual(expected.left.slice(0, 50));
});

test.each(ORGS)('the members of the org %j are the model’s', async (id) => {
  const expected = model.org(id);
  const { status, body } = await read<OrgMembers>(`orgs/${inPath(id)}/members?page_size=100`);
  if (!expected.exists) return expect(status).toBe(404);
  expect([status, insights.orgMembers.safeParse(body).error]).toEqual([200, undefined]);
  const roles = body.rows.map(({ user_id, role }) => [user_id, role]).sort();
  expect(roles).toEqual(expected.members.map(({ userId, role }) => [userId, role]).sort());
  expect(body.total_count).toBe(roles.length);
});

test.each(USERS)('the page of the user %j says what the model says', async (id) => {
  const expected = model.user(id);
  const { status, body } = await read<UserPage>(`users/${inPath(id)}`);
  if (!expected.exists) return expect(status).toBe(404);
  expect([status, insights.userPage.safeParse(body).error]).toEqual([200, undefined]);
  const { activity, invites, user } = body;
  expect(activity.days).toEqual(
    expected.activeDays.filter((day) => day >= activity.from && day <= activity.to),
  );
  expect(invites.total).toBe(expected.everInvited);
  expect(user.last_active_at).toBe(expected.lastActiveAt);
  expect(body.signup_query_parameters).toEqual(model.signupParameters(id));
});
