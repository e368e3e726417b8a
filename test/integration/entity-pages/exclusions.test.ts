import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { RANKINGS, type Exclusions, type OrgMembers } from '#libs/contracts';
import { dayBefore, readCharts, withoutOwnIds } from '../../support/agreement.js';
import { problem } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';
import type { WireEvent } from '../../support/model/model.js';
import {
  active,
  added,
  buildEvent,
  deleted,
  invited,
  orgCreated,
  removed,
  userCreated,
} from '../../support/model/fixtures/builders.js';

const PATH = '/api/admin/v1/exclusions';
const day = dayBefore;
const user = (id: string, email: string, created = day(200)) => userCreated(id, created, { email });
const moved = (id: string, when: string, email: string) =>
  buildEvent('user.updated', when, { user_id: id, email });
const activeIn = (id: string, org: string, ...days: number[]) =>
  days.map((ago) => buildEvent('user.active', day(ago), { user_id: id, org_id: org }));

jest.setTimeout(180_000);

/*
 * staff and erased are of corp.test; dev is of eu.corp.test; late left corp.test, back came to it; near is of a domain that
 * ends in the same letters. desk is active through staff alone. inside is an org of the operator.
 */
const STORY: WireEvent[] = [
  ...[user('staff', 'staff@Corp.TEST'), user('dev', 'dev@eu.corp.test')],
  ...[user('erased', 'erased@corp.test'), user('late', 'late@corp.test')],
  ...[user('back', 'back@home.test'), user('near', 'near@notcorp.test')],
  ...[user('ann', 'ann@acme.test'), user('bot', 'bot@acme.test'), userCreated('bare', day(90))],
  ...[moved('late', day(50), 'late@acme.test'), moved('back', day(40), '"a@b"@corp.test')],
  ...[orgCreated('acme', day(180)), orgCreated('desk', day(180)), orgCreated('inside', day(180))],
  ...['ann', 'bot', 'staff', 'late', 'near'].map((id) => added(id, 'acme', day(150))),
  ...[added('staff', 'desk', day(150), 'Owner'), added('erased', 'desk', day(20))],
  ...[
    added('ann', 'inside', day(25)),
    added('bare', 'inside', day(25)),
    removed('bot', 'acme', day(5)),
  ],
  removed('erased', 'acme', day(4)),
  ...active('ann', day(1), day(2), day(20)),
  ...[
    ...activeIn('ann', 'inside', 3),
    ...activeIn('near', 'acme', 8),
    ...activeIn('staff', 'desk', 1, 2),
  ],
  ...['staff', 'dev', 'erased', 'late', 'back', 'bot', 'bare'].flatMap((id) =>
    active(id, day(2), day(6)),
  ),
  ...active('seen', day(3)),
  ...[invited('ann', 'x@corp.test', day(3)), invited('staff', 'y@else.test', day(3))],
  ...['desk', 'inside'].map((org_id) =>
    buildEvent('user.invited_to_org', day(2), {
      ...{ inviter_user_id: 'ann', invitee_email: `${org_id}@else.test`, org_id },
    }),
  ),
  deleted('user', 'erased', day(3)),
  moved('bot', day(2), 'bot@corp.test'),
  moved('bot', day(1), 'bot@acme.test'),
];

const RULES = {
  email_domains: ['corp.test', '*.corp.test'],
  user_ids: ['bot', 'not-known-yet'],
  org_ids: ['inside', 'not-known-yet'],
};
const EXCLUDED_USERS = ['staff', 'dev', 'erased', 'back', 'bot', 'not-known-yet'];
const EXCLUDED_ORGS = ['inside', 'not-known-yet'];
const NO_RULES = { email_domains: [], user_ids: [], org_ids: [] };

/** Arrives after the rules. */
const LATER: WireEvent[] = [
  ...[user('not-known-yet', 'new@else.test', day(30)), orgCreated('not-known-yet', day(30))],
  ...[added('not-known-yet', 'acme', day(29)), added('ann', 'not-known-yet', day(29))],
  user('guest', 'guest@acme.test', day(35)),
  added('guest', 'desk', day(34)),
  ...active('guest', day(4)),
];
/** Excludes a user who was counted. */
const JOINS_STAFF = moved('guest', day(1), 'guest@corp.test');

/** Whether an event is one that the store counts, by the rules above. */
function isCounted({ type, data }: WireEvent, users: readonly string[]): boolean {
  if (users.includes(String(data['user_id'] ?? data['inviter_user_id']))) return false;
  if (type === 'user.active') return true;
  return !EXCLUDED_ORGS.includes(String(data['org_id']));
}

let whole: TestService;
let counted: TestService;

beforeAll(async () => {
  [whole, counted] = await Promise.all([startTestService(), startTestService()]);
  await whole.api.ingest(STORY);
  await counted.api.ingest(STORY.filter((event) => isCounted(event, EXCLUDED_USERS)));
});

afterAll(async () => {
  await Promise.all([whole.close(), counted.close()]);
});

async function put(rules: object): Promise<Exclusions> {
  const response = await fetch(whole.origin + PATH, {
    method: 'PUT',
    headers: { authorization: `Bearer ${whole.api.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(rules),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Exclusions;
}

/** All numbers of a service: every report of a new run, charts, pages of users and orgs, the summary. */
async function numbers({ api, chartsAreFresh }: TestService, asOf: string) {
  await api.run(asOf);
  const reports = await Promise.all(
    RANKINGS.map(async ({ subject, report, interval }) => {
      const list = await api.ranking(subject, report, interval);
      return { report, interval, ...list, rows: list.rows.map(withoutOwnIds) };
    }),
  );
  const page = async (path: string) => {
    const { status, body } = await api.get<{ run?: unknown }>(`/api/insights/v1/${path}`);
    return { status, ...body, run: undefined };
  };
  const { latest_run: _, ...summary } = (
    await api.get<Record<string, unknown>>('/api/insights/v1/summary')
  ).body;
  const users = ['ann', 'late', 'near', 'bare', 'guest'];
  const orgs = ['acme', 'desk'];
  await chartsAreFresh();
  return {
    reports,
    summary: { ...summary, this_month: undefined, last_month: undefined },
    users: await Promise.all(users.map((id) => page(`users/${id}`))),
    orgs: await Promise.all(orgs.map((id) => page(`orgs/${id}`))),
    members: await Promise.all(orgs.map((id) => page(`orgs/${id}/members`))),
    charts: await readCharts(api),
  };
}

describe('a store with rules', () => {
  test('has the numbers of a store that was never sent the events, and its own again without rules', async () => {
    const before = await numbers(whole, day(1));
    expect(await put(RULES)).toEqual({ ...RULES, version: 1, excluded: { users: 4, orgs: 1 } });
    const [all, other] = await Promise.all([numbers(whole, day(1)), numbers(counted, day(1))]);
    expect(all).toEqual(other);
    expect(await put(NO_RULES)).toEqual({
      ...{ ...NO_RULES, version: 2 },
      excluded: { users: 0, orgs: 0 },
    });
    expect(await numbers(whole, day(1))).toEqual(before);
    await put(RULES);
  });

  test('also when facts arrive later', async () => {
    await whole.api.ingest(LATER);
    await counted.api.ingest(LATER.filter((event) => isCounted(event, EXCLUDED_USERS)));
    const [all, other] = await Promise.all([numbers(whole, day(1)), numbers(counted, day(1))]);
    expect(all).toEqual(other);
    await whole.api.ingest([JOINS_STAFF]);
    // In the other store, the user was never there.
    const gone = buildEvent('user.deleted', day(1), { user_id: 'guest' });
    await counted.api.ingest([gone]);
    const members = async ({ api }: TestService) =>
      (await api.get<OrgMembers>('/api/insights/v1/orgs/desk/members')).body;
    expect(await members(whole)).toEqual(await members(counted));
    await whole.api.ingest([moved('guest', day(0), 'guest@acme.test')]);
    expect((await members(whole)).rows.map(({ user_id }) => user_id)).toEqual(['guest']);
  });

  test('each run has the version of the rules', async () => {
    const { body } = await whole.api.get<{ runs: { exclusions_version: number }[] }>(
      '/api/insights/v1/runs',
    );
    const versions = body.runs.map((run) => run.exclusions_version);
    expect(new Set(versions)).toEqual(new Set([0, 1, 2, 3]));
  });

  test('an excluded user and org have a page with a profile and no numbers', async () => {
    const staff = await whole.api.get('/api/insights/v1/users/staff');
    expect(staff.body).toEqual({
      excluded: true,
      user: expect.objectContaining({ user_id: 'staff', email: 'staff@Corp.TEST' }),
      signup_query_parameters: {},
      traits: {},
    });
    const inside = {
      excluded: true,
      org: { org_id: 'inside', name: 'The inside', created_at: expect.any(Number) },
      traits: {},
    };
    for (const part of ['', '/profile'])
      expect((await whole.api.get(`/api/insights/v1/orgs/inside${part}`)).body).toEqual(inside);
    for (const part of ['/activity', '/members', '/members/csv']) {
      const reply = await whole.api.get(`/api/insights/v1/orgs/inside${part}`);
      expect([reply.status, problem(reply).detail]).toEqual([
        404,
        'This organization is excluded.',
      ]);
    }
    const parameters = await whole.api.get('/api/backend/v1/user/staff/signup_query_parameters');
    expect(parameters.status).toBe(404);
  });
});

describe('rules', () => {
  test('keep their version when they are the same', async () => {
    const { version } = await put(RULES);
    expect((await put(RULES)).version).toBe(version);
    const reordered = { ...RULES, email_domains: [' *.CORP.test', 'Corp.Test', 'corp.test'] };
    expect(await put(reordered)).toMatchObject({ version, email_domains: RULES.email_domains });
    expect((await put({ ...RULES, org_ids: [] })).version).toBe(version + 1);
  });

  test('are previewed without a change', async () => {
    const known = (await whole.api.get<Exclusions>(PATH)).body;
    const preview = await whole.api.post(`${PATH}/preview`, { email_domains: ['acme.test'] });
    expect(preview.body).toEqual({ excluded: { users: 4, orgs: 0 } });
    expect((await whole.api.get(PATH)).body).toEqual(known);
  });

  test.each<[string, object, string]>([
    ['an address', { email_domains: ['a@corp.test'] }, 'email_domains.0'],
    ['a wildcard of one label', { email_domains: ['*.test'] }, 'email_domains.0'],
    ['two wildcards', { email_domains: ['*.corp.*'] }, 'email_domains.0'],
    ['an empty domain', { email_domains: [''] }, 'email_domains.0'],
    ['a text', { email_domains: 'corp.test' }, 'email_domains'],
    ['an id that is no text', { user_ids: [1] }, 'user_ids.0'],
    ['an id with NUL', { org_ids: ['a\0'] }, 'org_ids.0'],
    ['an unknown list', { domains: [] }, 'domains'],
    [
      'too many ids',
      { user_ids: Array.from({ length: 10_001 }, (_, index) => `u${index}`) },
      'user_ids',
    ],
  ])('%s is refused', async (_name, rules, field) => {
    const { status, body } = await whole.api.post<{ errors?: object }>(`${PATH}/preview`, rules);
    expect([status, Object.keys(body.errors ?? {})]).toEqual([400, [field]]);
  });

  test('10,000 domains are accepted, and everybody may be excluded', async () => {
    const domains = Array.from({ length: 9_990 }, (_, index) => `d${index}.example.test`);
    const all = [
      'acme.test',
      'corp.test',
      '*.corp.test',
      'example.com',
      'notcorp.test',
      'else.test',
    ];
    const rules = { email_domains: [...domains, ...all], user_ids: [], org_ids: [] };
    const { excluded } = await put(rules);
    await whole.api.run();
    expect((await whole.api.ranking('user', 'champion', '90')).total_count).toBe(0);
    const { body } = await whole.api.get<{ totals: { users: number } }>('/api/insights/v1/summary');
    expect(body.totals.users).toBe(0);
    expect(excluded.users).toBe(10);
    await put(NO_RULES);
  });

  test('work with an e-mail of 20,000 labels, and count it the same after its deletion', async () => {
    const long = (labels: number) => `x@${'a.'.repeat(labels)}staff.example.org`;
    await whole.api.ingest([user('endless', long(20_000))]);
    await put({ email_domains: ['*.example.org', 'd.example.test'] });
    await whole.api.ingest([user('long', long(130)), user('short', long(100))]);
    const active = async () => {
      const path = `/api/backend/v1/chart_metrics/active_users?start_date=${day(200)}&end_date=${day(200)}`;
      const { body } = await whole.api.get<{ metrics: { result: number }[] }>(path);
      return body.metrics[0]!.result;
    };
    const before = await active();
    await whole.api.ingest(['long', 'short'].map((id) => deleted('user', id, day(0))));
    expect(await active()).toBe(before);
    expect((await put(NO_RULES)).excluded).toEqual({ users: 0, orgs: 0 });
    // Beyond the 127 labels of the DNS, no wildcard matches.
    expect(await active()).toBe(before + 1);
  });
});
