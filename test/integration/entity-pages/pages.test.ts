import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  insights,
  type Definitions,
  type OrgMembers,
  type CountedOrg,
  type Summary,
  type CountedUser,
} from '#libs/contracts';
import { dayBefore } from '../../support/agreement.js';
import type { Problem } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import {
  active,
  added,
  deleted,
  invited,
  orgCreated,
  removed,
  roleChanged,
  second,
  buildEvent,
  userCreated,
} from '../../support/model/fixtures/builders.js';

/*
 * Days before today. Ann was added to acme 100 days ago, Bob's role is known from 60 days ago and his
 * start is unknown, Cid was there from 90 to 50 days ago, Dee from 40 days ago until he was deleted 20 days
 * ago, and Guest is known by an id alone. Hostile is a name, an org and an id.
 */
const day = dayBefore;
const HOSTILE = '../<img src=x onerror=alert(1)>?#%2F\u202E\u{1F984}';
const STORY = [
  ...['ann', 'bob', 'cid', 'dee'].map((id) => userCreated(id, day(400))),
  userCreated(HOSTILE, day(10), { first_name: HOSTILE, username: HOSTILE }),
  buildEvent('user.updated', day(5), {
    ...{ user_id: 'ann', first_name: 'Ann' },
    signup_query_parameters: { utm_source: 'news', '<b>': '"' },
  }),
  orgCreated('acme', day(120), { name: 'Acme' }),
  orgCreated('gone', day(120)),
  orgCreated(HOSTILE, day(10), { name: HOSTILE }),
  added('ann', 'acme', day(100), 'Owner'),
  roleChanged('bob', 'acme', day(60), 'Admin'),
  added('cid', 'acme', day(90)),
  removed('cid', 'acme', day(50)),
  added('dee', 'acme', day(40)),
  added('guest', 'acme', day(30)),
  added('ann', 'gone', day(30)),
  added(HOSTILE, HOSTILE, day(10), HOSTILE),
  ...active('ann', day(364), day(365), day(29), day(3), day(3)),
  ...active('bob', day(30), day(29), day(2)),
  ...active('dee', day(25)),
  invited('ann', 'x@example.com', day(9)),
  invited('ann', 'X@example.com', day(8)),
  invited('ann', 'y@example.com', day(7)),
  buildEvent('user.invited_to_org', day(6), {
    ...{ inviter_user_id: 'ann', invitee_email: 'z@example.com', org_id: 'acme' },
  }),
  deleted('user', 'dee', day(20)),
  deleted('org', 'gone', day(20)),
];

// How many days ago; a creation is activity, and Bob's start is unknown.
const USER_DAYS = {
  ...{ ann: [400, 365, 364, 29, 3], bob: [400, 30, 29, 2], cid: [400], dee: [400, 25] },
  [HOSTILE]: [10],
};
const ORG_DAYS = { acme: [400, 30, 29, 25, 3, 2], gone: [29], [HOSTILE]: [10] };

let service: SharedService;
let empty: Summary;
let beforeRuns: CountedUser;

const read = async <T>(path: string): Promise<T> => {
  const { status, body } = await service.api.get<T>(`/api/insights/v1/${path}`);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body;
};
const card = (user_id: string, more: object = {}) => ({
  ...{ user_id, email: `${user_id}@example.com`, username: null, first_name: null },
  ...{ last_name: null, ...more },
});
const at = (days: number) => second(day(days));

beforeAll(async () => {
  service = await useSharedService();
  empty = await read('summary');
  await service.api.ingest(STORY);
  beforeRuns = await read('users/ann');
  await service.api.run();
  await service.chartsAreFresh();
});
afterAll(() => service.close());

describe('a user page', () => {
  test('has orgs, active days, invites and report positions', async () => {
    const page = await read<CountedUser>('users/ann');
    expect(insights.userPage.safeParse(page).error).toBeUndefined();
    expect(page.user).toEqual(
      card('ann', { first_name: 'Ann', created_at: at(400), last_active_at: at(3) }),
    );
    expect(page.orgs).toEqual([{ org_id: 'acme', name: 'Acme', role: 'Owner', since: at(100) }]);
    expect(page.signup_query_parameters).toEqual({ utm_source: 'news', '<b>': '"' });
    expect(page.activity).toEqual({
      ...{ from: day(364), to: day(0) },
      days: [day(364), day(29), day(3)],
      named: [],
    });
    expect(page.invites).toEqual({
      total: 3,
      recent: [
        { org_id: 'acme', at: at(6) },
        ...[7, 8, 9].map((days) => ({ org_id: null, at: at(days) })),
      ],
    });
    // Champions of 30 days: bob and ann with 2 days, bob more recently, then the hostile one.
    expect(page.reports).toContainEqual({
      ...{ report: 'champion', interval: '30', rank: 2, total_count: 3 },
    });
    expect(page.reports).toContainEqual({
      ...{ report: 'top_inviter', interval: '90', rank: 1, total_count: 1 },
    });
    expect(page.reports.map(({ report }) => report)).not.toContain('churn');
  });

  test('has no positions before the first report', () => {
    expect([beforeRuns.run, beforeRuns.reports]).toEqual([null, []]);
  });

  test('has no start in an org whose start is unknown', async () => {
    const { orgs } = await read<CountedUser>('users/bob');
    expect(orgs).toEqual([{ org_id: 'acme', name: 'Acme', role: 'Admin', since: null }]);
  });

  test.each(['dee', 'guest', 'unknown', 'a%00b'])(
    'of %s, deleted or unknown, is a 404',
    async (id) => {
      const { status, body } = await service.api.get<Problem>(`/api/insights/v1/users/${id}`);
      expect([status, body.detail]).toEqual([404, 'No user with this id is known.']);
    },
  );

  test('returns a hostile id and name exactly', async () => {
    const { user, orgs } = await read<CountedUser>(`users/${encodeURIComponent(HOSTILE)}`);
    expect(user).toMatchObject({ user_id: HOSTILE, first_name: HOSTILE, username: HOSTILE });
    expect(orgs).toEqual([{ org_id: HOSTILE, name: HOSTILE, role: HOSTILE, since: at(10) }]);
  });
});

describe('an org page', () => {
  test('has the members who joined, left and were most active', async () => {
    const page = await read<CountedOrg>('orgs/acme');
    expect(insights.orgPage.safeParse(page).error).toBeUndefined();
    expect(page.org).toEqual({ org_id: 'acme', name: 'Acme', created_at: at(120) });
    // Ann, Bob and Guest, who has no profile.
    expect([page.num_users, page.members_over_time.at(-1)!.num_users]).toEqual([3, 3]);
    expect(page.joined).toEqual([
      card('cid', { at: at(90) }),
      card('ann', { first_name: 'Ann', at: at(100) }),
    ]);
    expect(page.left).toEqual([card('cid', { at: at(50) })]);
    // The 30th day before today is not one of the last 30 days.
    expect(page.most_active).toEqual([
      card('bob', { role: 'Admin', num_active_days: 2 }),
      card('ann', { first_name: 'Ann', role: 'Owner', num_active_days: 2 }),
    ]);
    expect(page.reports).toContainEqual({
      ...{ report: 'attrition', interval: '30', rank: 1, total_count: 1 },
    });
  });

  test('lists its members, the most recently active first', async () => {
    const list = await read<OrgMembers>('orgs/acme/members');
    expect(insights.orgMembers.safeParse(list).error).toBeUndefined();
    const bob = card('bob', { role: 'Admin', since: null, last_active_at: at(2) });
    const ann = { role: 'Owner', since: at(100), last_active_at: at(3) };
    expect(list).toEqual({
      ...{ total_count: 2, page_number: 0, page_size: 10 },
      rows: [bob, card('ann', { first_name: 'Ann', ...ann })],
    });
    const second = await read<OrgMembers>('orgs/acme/members?page_size=1&page_number=1');
    expect(second.rows.map(({ user_id }) => user_id)).toEqual(['ann']);
    const wrong = await service.api.get('/api/insights/v1/orgs/acme/members?page_size=0');
    expect(wrong.status).toBe(400);
  });

  test('returns a hostile id and name exactly', async () => {
    const { org } = await read<CountedOrg>(`orgs/${encodeURIComponent(HOSTILE)}`);
    expect(org).toEqual({ org_id: HOSTILE, name: HOSTILE, created_at: at(10) });
    const { rows } = await read<OrgMembers>(`orgs/${encodeURIComponent(HOSTILE)}/members`);
    expect(rows).toMatchObject([{ user_id: HOSTILE, role: HOSTILE }]);
  });

  test.each(['gone', 'unknown', 'gone/members', 'unknown/members'])(
    'of %s is a 404',
    async (id) => {
      const { status, body } = await service.api.get<Problem>(`/api/insights/v1/orgs/${id}`);
      expect([status, body.detail]).toEqual([404, 'No organization with this id is known.']);
    },
  );
});

describe('the summary', () => {
  test('of an empty store is zeros', () => {
    expect(insights.summary.safeParse(empty).error).toBeUndefined();
    const none = { signups: 0, active_users: 0, active_orgs: 0 };
    expect(empty).toMatchObject({
      ...{ today: day(0), totals: { users: 0, orgs: 0 }, latest_run: null },
      ...{ this_month: none, last_month: none },
    });
  });

  test('counts existing users and orgs, and each month as the charts do', async () => {
    const summary = await read<Summary>('summary');
    expect(summary.totals).toEqual({ users: 4, orgs: 2 });
    expect(summary.latest_run).toEqual({
      run_id: expect.any(String),
      report_time: expect.any(Number),
      completed_at: expect.any(Number),
    });
    for (const { from, to, signups, active_users, active_orgs } of [
      summary.this_month,
      summary.last_month,
    ]) {
      const days = (metric: string) => chartDays(metric, from, to);
      expect(signups).toBe(sum(await days('signups')));
      expect(active_users).toBe(activeBetween(USER_DAYS, from, to));
      expect(active_orgs).toBe(activeBetween(ORG_DAYS, from, to));
    }
    expect(summary.this_month.to).toBe(day(0));
    expect(summary.this_month.from).toBe(`${day(0).slice(0, 8)}01`);
    expect(summary.last_month.from.slice(8)).toBe('01');
  });

  async function chartDays(metric: string, from: string, to: string): Promise<number[]> {
    const { body } = await service.api.get<{ metrics: { result: number }[] }>(
      `/api/backend/v1/chart_metrics/${metric}?cadence=Daily&start_date=${from}&end_date=${to}`,
    );
    return body.metrics.map(({ result }) => result);
  }

  function activeBetween(days: Record<string, number[]>, from: string, to: string): number {
    const isBetween = (one: string) => one >= from && one <= to;
    return Object.values(days).filter((ago) => ago.map((days) => day(days)).some(isBetween)).length;
  }

  const sum = (values: number[]) => values.reduce((one, other) => one + other, 0);
});

test('members with equal times are in the order of their ids, whatever order they arrived in', async () => {
  const ids = ['tie c', 'tie a', 'tie \u{1F984}', 'tie \uFB00', 'tie b'];
  const event = (id: string) => ({ ...buildEvent('user.active', day(1), { user_id: id }), id });
  await service.api.ingest([orgCreated('ties', day(9)), ...ids.map(event)]);
  await service.api.ingest(ids.map((id) => userCreated(id, day(9))));
  await service.api.ingest(ids.map((id) => added(id, 'ties', day(8), 'Owner')));
  const inOrder = ['tie a', 'tie b', 'tie c', 'tie \uFB00', 'tie \u{1F984}'];
  const idsOf = (rows: { user_id: string }[]) => rows.map(({ user_id: id }) => id);
  const { joined, most_active: mostActive } = await read<CountedOrg>('orgs/ties');
  expect([idsOf(joined), idsOf(mostActive)]).toEqual([inOrder, inOrder]);
  const { rows } = await read<OrgMembers>('orgs/ties/members');
  expect(idsOf(rows)).toEqual(inOrder);
});

test('the definitions cover every report and every number in a reply', async () => {
  const { terms } = await read<Definitions>('definitions');
  const { body } = await service.api.get<{ reports: { subject: string; report: string }[] }>(
    '/api/backend/v1/reports',
  );
  const reports = body.reports.map(({ subject, report }) => `${subject}_${report}`);
  const numbers = [
    ...['num_active_days', 'num_invites', 'num_users', 'num_users_added', 'num_users_removed'],
    ...['net_users_change', 'signups', 'orgs_created', 'active_users', 'active_orgs'],
    ...['last_active_at', 'user_created_at', 'org_created_at', 'report_time', 'total_count'],
    ...['rank', 'previous_rank', 'entered', 'moved', 'members_over_time', 'active_by_week'],
  ];
  for (const name of [...reports, ...numbers])
    expect([name, terms[name]]).toEqual([name, expect.stringMatching(/^[A-Z].+\.$/)]);
});

test('every page is in OpenAPI and requires the scope read', async () => {
  const paths = ['summary', 'definitions', 'runs', 'reports/{subject}/{report}'];
  const more = ['reports/{subject}/{report}/csv', 'users/{userId}', 'orgs/{orgId}'];
  const all = [...paths, ...more, 'orgs/{orgId}/members'];
  const { body } = await service.api.get<{ paths: Record<string, unknown> }>('/openapi.json');
  for (const path of all) {
    expect(Object.keys(body.paths)).toContain(`/api/insights/v1/${path}`);
    const response = await fetch(`${service.origin}/api/insights/v1/${path}`);
    expect([path, response.status]).toEqual([path, 401]);
    await response.text();
  }
});
