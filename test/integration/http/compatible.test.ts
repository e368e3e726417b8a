import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Page, type Reply, type RunState } from '../../support/api.js';
import { REPORTS } from '../../support/reference.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import { deleted, userCreated } from '../../support/model/fixtures/builders.js';
import { AS_OF, ORGS, T, USERS, WORLD } from '../../support/small-world.js';

const EARLIER = '2025-02-28';
const EXTRA_USERS = 120;

let service: SharedService;
let neverMade: Reply<Page>[];
let run: RunState;
let earlier: RunState;

beforeAll(async () => {
  service = await useSharedService();
  const { api } = service;
  neverMade = await Promise.all(
    REPORTS.map(([subject, report, [interval]]) =>
      api.page(subject, report, `report_interval=${interval}`),
    ),
  );
  await api.ingest([
    ...WORLD,
    // Churned users other than cid; higher numbers come first.
    ...Array.from({ length: EXTRA_USERS }, (_, i) => userCreated(numbered(i), '2024-01-01')),
    userCreated('deleted', '2024-01-01'),
    deleted('user', 'deleted', '2024-02-01'),
  ]);
  run = await api.run(AS_OF);
  earlier = await api.run(EARLIER);
});
afterAll(() => service.close());

function numbered(i: number): string {
  return `user-${String(i).padStart(3, '0')}`;
}

/** Asks for the churn report of 30 days: cid, then the numbered users. */
async function churn(query: string): Promise<Page> {
  const { status, body } = await service.api.page('user', 'churn', `report_interval=30&${query}`);
  expect(status).toBe(200);
  return body;
}

function ids(page: Page): unknown[] {
  return page.user_reports!.map((row) => row['user_id']);
}

describe('a report', () => {
  test('that was never made is an empty page with report time 0', () => {
    const empty = { current_page: 0, total_count: 0, page_size: 10, has_more_results: false };
    for (const [i, [subject]] of REPORTS.entries()) {
      const page = { [`${subject}_reports`]: [], ...empty, report_time: 0 };
      expect([neverMade[i]!.status, neverMade[i]!.body]).toEqual([200, page]);
    }
  });

  test.each(REPORTS)('%s %s has every key in every row, of the right type', async (...which) => {
    const [subject, report, intervals] = which;
    const count = expect.any(Number);
    const text = expect.stringMatching(/./);
    const common = { id: text, report_id: text, extra_properties: expect.any(Object) };
    const userRow = {
      ...{ ...common, user_id: text, email: text, org_data: expect.any(Array) },
      ...{ user_created_at: count, last_active_at: count },
      ...{ username: NULLABLE, first_name: NULLABLE, last_name: NULLABLE },
    };
    const orgRow = { ...common, org_id: text, name: text, num_users: count, org_created_at: count };
    for (const interval of intervals) {
      const { rows } = await service.api.ranking(subject, report, interval, { runId: run.run_id });
      expect(rows.length).toBeGreaterThan(0);
      expect(rows).toEqual(rows.map(() => (subject === 'user' ? userRow : orgRow)));
      expect(fractions(rows)).toEqual([]);
    }
  });

  const NULLABLE = {
    asymmetricMatch: (value: unknown) => value === null || typeof value === 'string',
  };

  /** The numbers, anywhere in a value, that are not whole. */
  function fractions(value: unknown): unknown[] {
    if (typeof value === 'number') return Number.isInteger(value) ? [] : [value];
    return typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(fractions)
      : [];
  }

  test('has an empty list and an empty object instead of absent values', async () => {
    const page = await churn('page_size=1');
    expect(page.user_reports).toMatchObject([
      { user_id: USERS.cid, org_data: [], extra_properties: {}, username: null },
    ]);
    expect(page.user_reports![0]!['org_data']).toHaveLength(0);
    expect(Object.keys(page.user_reports![0]!['extra_properties'] as object)).toHaveLength(0);
  });

  test('has the role of a member under both names, for the reference and for the client', async () => {
    const { rows } = await service.api.ranking('user', 'champion', '30', { runId: run.run_id });
    expect(rows[0]!['org_data']).toEqual([
      { display_name: 'Acme', org_id: ORGS.acme, user_role: 'Owner', userRole: 'Owner' },
      { display_name: 'Beta', org_id: ORGS.beta, user_role: 'Member', userRole: 'Member' },
    ]);
  });

  test.each(REPORTS)(
    '%s %s accepts its own intervals and defaults to the first',
    async (...which) => {
      const [subject, report, intervals] = which;
      const { api } = service;
      const asked = (query: string) => api.page(subject, report, query);
      for (const interval of intervals) {
        expect((await asked(`report_interval=${interval}`)).status).toBe(200);
      }
      expect((await asked('')).body).toEqual((await asked(`report_interval=${intervals[0]}`)).body);
      const others = ['7', '14', '30', '60', '90', 'Weekly', 'Monthly', 'weekly', '030', '31', 'x'];
      for (const interval of others.filter((other) => !intervals.includes(other))) {
        const { status, body } = await asked(`report_interval=${interval}`);
        expect([interval, status, body]).toEqual([
          ...[interval, 400, { report_interval: [expect.stringMatching(/\w/)] }],
        ]);
      }
    },
  );

  test.each([
    ['user_report/growth'],
    ['user_report/nothing'],
    ['user_report/constructor'],
    ['org_report/champion'],
    ['org_report/top_inviter'],
    ['chart_metric/logins'],
    ['chart_metrics/__proto__'],
    ['user/unknown/signup_query_parameters'],
    ['user/deleted/signup_query_parameters'],
  ])('%s is unknown: 404', async (path) => {
    expect((await service.api.get(`/api/backend/v1/${path}`)).status).toBe(404);
  });
});

describe('pages', () => {
  test('count from 0 and have 10 rows by default', async () => {
    const page = await churn('');
    const expected = [USERS.cid, ...Array.from({ length: 9 }, (_, i) => numbered(i))];
    expect(ids(page)).toEqual(expected);
    expect(page).toMatchObject({ current_page: 0, page_size: 10, has_more_results: true });
    expect(page).toMatchObject({ total_count: 1 + EXTRA_USERS, report_time: T });
  });

  test('of 1 and of 100 rows are cut from the same list', async () => {
    expect(ids(await churn('page_size=1&page_number=3'))).toEqual([numbered(2)]);
    const [first, second] = await Promise.all(
      [0, 1].map((page) => churn(`page_size=100&page_number=${page}`)),
    );
    expect([...ids(first!), ...ids(second!)]).toEqual([
      USERS.cid,
      ...Array.from({ length: EXTRA_USERS }, (_, i) => numbered(i)),
    ]);
    expect([first!.has_more_results, second!.has_more_results]).toEqual([true, false]);
  });

  test('at the end of the list have no more results, and those beyond it no rows', async () => {
    // 121 rows are 11 pages of 11.
    expect(await churn('page_size=11&page_number=9')).toMatchObject({ has_more_results: true });
    const last = await churn('page_size=11&page_number=10');
    expect([ids(last).length, last.has_more_results]).toEqual([11, false]);
    for (const number of [11, 1_000_000]) {
      expect(await churn(`page_size=11&page_number=${number}`)).toEqual({
        ...{ user_reports: [], current_page: number, page_size: 11 },
        ...{ total_count: 1 + EXTRA_USERS, has_more_results: false, report_time: T },
      });
    }
  });

  test.each([
    ...['0', '101', 'abc', '-1', '1.5', '1e1', '99999999999999999999'].map((n) => ['page_size', n]),
    ...['abc', '-1', '1.5', '0x1'].map((n) => ['page_number', n]),
  ])('with %s %s are a 400 that names the field', async (field, value) => {
    const camelCase = field.replace(/_(.)/, (_, letter: string) => letter.toUpperCase());
    for (const name of [field, camelCase]) {
      const reply = await service.api.page('user', 'churn', `${name}=${value}`);
      expect([reply.status, reply.body]).toEqual([400, { [field]: [expect.any(String)] }]);
      expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  test('with huge numbers are empty or a 400', async () => {
    const { status } = await service.api.page('user', 'churn', 'page_number=99999999999999999999');
    expect([200, 400]).toContain(status);
  });
});

describe('the query', () => {
  test('accepts the names of the wire and of the reference', async () => {
    const { api } = service;
    const wire = 'report_interval=30&page_size=3&page_number=2';
    const reference = 'reportInterval=30&pageSize=3&pageNumber=2';
    const { body } = await api.page('user', 'churn', reference);
    expect(body).toMatchObject({ current_page: 2, page_size: 3 });
    expect(ids(body)).toEqual([5, 6, 7].map(numbered));
    expect(body).toEqual((await api.page('user', 'churn', wire)).body);
  });

  test('may be a bare question mark', async () => {
    for (const path of ['user_report/churn', 'org_report/growth', 'chart_metrics/signups']) {
      const [bare, without] = await Promise.all(
        ['?', ''].map((end) => service.api.get(`/api/backend/v1/${path}${end}`)),
      );
      expect([bare!.status, bare!.body]).toEqual([200, without!.body]);
    }
  });

  test('is accepted with any headers that clients send', async () => {
    const { status, body } = await service.api.get('/api/backend/v1/user_report/champion', {
      'Content-Type': 'application/json',
      'X-Propelauth-url': 'auth.example.com',
    });
    expect([status, body]).toMatchObject([200, { total_count: 3 }]);
  });
});

describe('run_id', () => {
  const champions = async (query: string) => service.api.page('user', 'champion', query);

  test('defaults to the completed run of the latest report time, not the one made last', async () => {
    const { body } = await champions('');
    expect(body.report_time).toBe(T);
    expect(earlier.report_time).toBeLessThan(T);
  });

  test('pins all pages to one run', async () => {
    const { body } = await champions(`run_id=${earlier.run_id}&page_size=1`);
    // As of the end of February only ann was active in the 30 days.
    expect(ids(body)).toEqual([USERS.ann]);
    expect(body).toMatchObject({ total_count: 1, report_time: earlier.report_time });
  });

  test('of an unknown run is a 404, and an invalid id a 400 that names the field', async () => {
    const unknown = await champions('run_id=31c41c16-c281-44ae-9602-8a047e3bf33d');
    expect(unknown.status).toBe(404);
    const { status, body } = await champions('run_id=latest');
    expect([status, body]).toEqual([400, { run_id: [expect.any(String)] }]);
  });
});

test('GET /api/backend/v1/reports lists every report with its intervals, default and count', async () => {
  const path = '/api/backend/v1/reports';
  const { status, body } = await service.api.get<{ reports: object[] }>(path);
  expect(status).toBe(200);
  const expected = REPORTS.flatMap(([subject, report, intervals]) =>
    intervals.map((report_interval, i) => ({
      subject,
      report,
      report_interval,
      is_default: i === 0,
    })),
  );
  expect(body.reports).toMatchObject(expected);
  expect(body.reports).toHaveLength(expected.length);
  const counts = await Promise.all(
    expected.map(async ({ subject, report, report_interval }) => {
      const { body } = await service.api.page(
        subject,
        report,
        `report_interval=${report_interval}`,
      );
      return { total_count: body.total_count, report_time: T };
    }),
  );
  expect(body.reports).toMatchObject(counts);
});
