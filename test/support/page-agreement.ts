import { expect } from '@jest/globals';
import {
  insights,
  type OrgActivity,
  type OrgMembers,
  type CountedOrg,
  type OrgProfile,
  type ReportPosition,
  type Summary,
  type CountedUser,
} from '#libs/contracts';
import type { Api } from './api.js';
import { dayBefore } from './agreement.js';
import { RANKINGS, type Model, type Subject } from './model/model.js';
import { DAY_MS, dayFromText } from './model/time.js';

const read = <T>(api: Api, path: string) => api.get<T>(`/api/insights/v1/${path}`);
const inPath = (id: string) => encodeURIComponent(id);

/** Expects the page of an org, whole and in parts, and its members to equal the model. */
export async function expectTheModelsOrgPage(api: Api, model: Model, id: string): Promise<void> {
  const expected = model.org(id);
  const { status, body } = await read<CountedOrg>(api, `orgs/${inPath(id)}`);
  if (!expected.exists) return expect([id, status]).toEqual([id, 404]);
  expect([status, insights.orgPage.safeParse(body).error]).toEqual([200, undefined]);
  expect(body.num_users).toBe(expected.numUsersAt(Number.MAX_VALUE));
  const [profile, activity] = await Promise.all([
    read<OrgProfile>(api, `orgs/${inPath(id)}/profile`),
    read<OrgActivity>(api, `orgs/${inPath(id)}/activity`),
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
  const owners = expected.members.filter(({ role }) => /owner|admin/i.test(role));
  const roles = owners.map(({ userId, role }) => [userId, role]);
  const contacts = body.contacts.map(({ user_id, role }) => [user_id, role]);
  expect([id, contacts.length]).toEqual([id, Math.min(3, owners.length)]);
  expect(roles).toEqual(expect.arrayContaining(contacts));
  const { run } = body;
  const health = run && model.orgAsOf(id, run.report_time).health;
  expect([id, body.health]).toEqual([id, health]);
  expectTheModelsStandings(model, 'org', id, body);
}

/** Expects the members of an org to equal the model. */
export async function expectTheModelsMembers(api: Api, model: Model, id: string): Promise<void> {
  const expected = model.org(id);
  const path = `orgs/${inPath(id)}/members?page_size=100`;
  const { status, body } = await read<OrgMembers>(api, path);
  if (!expected.exists) return expect([id, status]).toEqual([id, 404]);
  expect([status, insights.orgMembers.safeParse(body).error]).toEqual([200, undefined]);
  const roles = body.rows.map(({ user_id, role }) => [user_id, role]).sort();
  expect(roles).toEqual(expected.members.map(({ userId, role }) => [userId, role]).sort());
  expect(body.total_count).toBe(roles.length);
}

/** Expects the page of a user to equal the model. */
export async function expectTheModelsUserPage(api: Api, model: Model, id: string): Promise<void> {
  const expected = model.user(id);
  const { status, body } = await read<CountedUser>(api, `users/${inPath(id)}`);
  if (!expected.exists) return expect([id, status]).toEqual([id, 404]);
  expect([status, insights.userPage.safeParse(body).error]).toEqual([200, undefined]);
  const { activity, invites, user, orgs } = body;
  expect(activity.days).toEqual(
    expected.activeDays.filter((day) => day >= activity.from && day <= activity.to),
  );
  for (const day of activity.days) {
    const named = activity.named
      .filter(({ days }) => days.includes(day))
      .map(({ org_id }) => org_id);
    expect([day, named.sort()]).toEqual([day, expected.namedOn(dayFromText(day)).sort()]);
  }
  for (const { org_id, name } of activity.named) {
    expect([org_id, name !== null]).toEqual([org_id, model.org(org_id).exists]);
  }
  const inOrgs = orgs.map(({ org_id, name, role }) => [org_id, name, role]).sort();
  const memberships = expected.orgs.map(({ org_id, display_name, user_role }) => [
    org_id,
    display_name,
    user_role,
  ]);
  expect(inOrgs).toEqual(memberships.sort());
  expect(invites.total).toBe(expected.everInvited);
  expect(user.last_active_at).toBe(expected.lastActiveAt);
  expect(body.signup_query_parameters).toEqual(model.signupParameters(id));
  expectTheModelsStandings(model, 'user', id, body);
}

/** Expects the rankings that list a subject in the run of its page. */
function expectTheModelsStandings(
  model: Model,
  subject: Subject,
  id: string,
  { run, reports }: { run: { report_time: number } | null; reports: ReportPosition[] },
): void {
  const expected = RANKINGS.filter(([one]) => run !== null && one === subject)
    .map(([, report, interval]) => {
      const { listed } = model.ids(subject, report, interval, run!.report_time);
      return [report, interval, listed.indexOf(id) + 1, listed.length];
    })
    .filter(([, , rank]) => rank !== 0);
  const found = reports.map(({ report, interval, rank, total_count }) => {
    return [report, interval, rank, total_count];
  });
  expect([id, found.sort()]).toEqual([id, expected.sort()]);
}

/** Expects the numbers of the overview to equal the model. */
export async function expectTheModelsSummary(api: Api, model: Model): Promise<void> {
  const { body } = await read<Summary>(api, 'summary');
  const total = (subject: Subject) =>
    model.index(subject, dayFromText(body.today) * 86_400).total_count;
  expect(body.totals).toEqual({ users: total('user'), orgs: total('org') });
  for (const { from, to, ...found } of [body.this_month, body.last_month]) {
    const range = { start: to, end: to, today: body.today };
    const days = dayFromText(to) - dayFromText(from) + 1;
    const active = (subject: Subject) => model.engagement(subject).rolling(days, range)[0]!.value;
    const signups = model
      .chart('signups', 'Daily', from, to, body.today)
      .metrics.reduce((sum, { result }) => sum + result, 0);
    expect([from, to, found]).toEqual([
      ...[from, to],
      { signups, active_users: active('user'), active_orgs: active('org') },
    ]);
  }
}
