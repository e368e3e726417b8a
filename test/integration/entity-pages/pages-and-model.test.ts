import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  insights,
  type OrgActivity,
  type OrgMembers,
  type OrgPage,
  type OrgProfile,
  type ReportChanges,
  type UserPage,
} from '#libs/contracts';
import { aHistory, dayBefore } from '../../support/agreement.js';
import type { RunState } from '../../support/api.js';
import { movedIds } from '../../support/model/changes.js';
import { Model, RANKINGS } from '../../support/model/model.js';
import { ORGS, USERS } from '../../support/model/pools.js';
import { DAY_MS, dayFromText } from '../../support/model/time.js';
import { startTestService, type TestService } from '../../support/service.js';

const history = aHistory(400);
const model = new Model(history);
let service: TestService;
let runs: RunState[];

beforeAll(async () => {
  service = await startTestService();
  await service.api.ingest(history);
  runs = [await service.api.run(dayBefore(8)), await service.api.run(dayBefore(1))];
});
afterAll(() => service.close());

const read = <T>(path: string) => service.api.get<T>(`/api/insights/v1/${path}`);
const inPath = (id: string) => encodeURIComponent(id);

test('the history has users and orgs with data', () => {
  expect(ORGS.filter((id) => model.org(id).exists).length).toBeGreaterThan(1);
  expect(USERS.filter((id) => model.user(id).exists).length).toBeGreaterThan(3);
});

test.each(ORGS)('the page of the org %j equals the model', async (id) => {
  const expected = model.org(id);
  const { status, body } = await read<OrgPage>(`orgs/${inPath(id)}`);
  if (!expected.exists) return expect(status).toBe(404);
  expect([status, insights.orgPage.safeParse(body).error]).toEqual([200, undefined]);
  expect(body.num_users).toBe(expected.numUsersAt(Number.MAX_VALUE));
  const [profile, activity] = await Promise.all([
    read<OrgProfile>(`orgs/${inPath(id)}/profile`),
    read<OrgActivity>(`orgs/${inPath(id)}/activity`),
  ]);
  expect({ ...profile.body, ...activity.body }).toEqual(body);
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
  const today = dayFromText(dayBefore(0));
  const latest = { first: today - 29, last: today };
  const shown = body.most_active.map(({ user_id, num_active_days }) => [user_id, num_active_days]);
  const members = expected.members.map(({ userId }) => [userId, expected.daysOf(userId, latest)]);
  expect(shown.sort()).toEqual(members.filter(([, days]) => days !== 0).sort());
  for (const kind of ['joined', 'left'] as const) {
    const moves = body[kind].map(({ user_id, at }) => ({ user_id, at }));
    // Equal times are in an order of the store's own.
    expect(moves.map(({ at }) => at)).toEqual(expected[kind].map(({ at }) => at));
    expect(moves).toEqual(expect.arrayContaining(expected[kind]));
  }
});

test.each(ORGS)('the members of the org %j equal the model', async (id) => {
  const expected = model.org(id);
  const { status, body } = await read<OrgMembers>(`orgs/${inPath(id)}/members?page_size=100`);
  if (!expected.exists) return expect(status).toBe(404);
  expect([status, insights.orgMembers.safeParse(body).error]).toEqual([200, undefined]);
  const roles = body.rows.map(({ user_id, role }) => [user_id, role]).sort();
  expect(roles).toEqual(expected.members.map(({ userId, role }) => [userId, role]).sort());
  expect(body.total_count).toBe(roles.length);
});

test.each(USERS)('the page of the user %j equals the model', async (id) => {
  const expected = model.user(id);
  const { status, body } = await read<UserPage>(`users/${inPath(id)}`);
  if (!expected.exists) return expect(status).toBe(404);
  expect([status, insights.userPage.safeParse(body).error]).toEqual([200, undefined]);
  const { activity, invites, user } = body;
  expect(activity.days).toEqual(
    expected.activeDays.filter((day) => day >= activity.from && day <= activity.to),
  );
  for (const day of activity.days) {
    const named = activity.named
      .filter(({ days }) => days.includes(day))
      .map(({ org_id }) => org_id);
    expect([day, named.sort()]).toEqual([day, expected.namedOn(dayFromText(day)).sort()]);
  }
  expect(invites.total).toBe(expected.everInvited);
  expect(user.last_active_at).toBe(expected.lastActiveAt);
  expect(body.signup_query_parameters).toEqual(model.signupParameters(id));
});

test.each(RANKINGS)('the changes in %s %s %s equal the model', async (...which) => {
  const [subject, report, interval] = which;
  const [before, after] = runs.map((run) => model.ids(...which, run.report_time)) as [Ids, Ids];
  const rankIn = ({ listed }: Ids, id: string) => listed.indexOf(id) + 1 || null;
  const row = (id: string) => [id, rankIn(after, id), rankIn(before, id)];
  const path = `reports/${subject}/${report}?interval=${interval}&page_size=100`;
  const all = (await read<ReportChanges>(path)).body;
  const left = (await read<ReportChanges>(`${path}&change=left`)).body;
  const listed = ({ rows }: ReportChanges) =>
    rows.map((one) => ['user_id' in one ? one.user_id : one.org_id, one.rank, one.previous_rank]);
  expect(listed(all)).toEqual(after.listed.filter((id) => after.shown.has(id)).map(row));
  const gone = before.listed.filter((id) => !after.listed.includes(id));
  expect(listed(left)).toEqual(gone.filter((id) => before.shown.has(id)).map(row));
  const both = after.listed.filter((id) => before.listed.includes(id));
  expect([all.total_count, all.counts]).toEqual([
    after.listed.length,
    {
      entered: after.listed.length - both.length,
      moved: movedIds(before.listed, after.listed).length,
      left: gone.length,
    },
  ]);
});

type Ids = ReturnType<Model['ids']>;
