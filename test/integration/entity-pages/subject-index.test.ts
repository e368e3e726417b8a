import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { ask } from '../../support/database.js';
import {
  active,
  added,
  deleted,
  orgCreated,
  removed,
  second,
  userCreated,
} from '../../support/model/fixtures/builders.js';
import { compareBytes } from '../../support/model/time.js';
import type { Problem } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import { AS_OF, ORGS, T, USERS, WORLD } from '../../support/small-world.js';
import { snapshotTables } from '../../support/snapshots.js';
import { indexPage, wholeIndex } from '../../support/subject-index.js';

/**
 * A user with two memberships of one org, active in both, on the border of W(30) and between them; by hand: W(30) is
 * 03-02 … 03-31, P(30) 01-31 … 03-01.
 */
const TWICE = [
  userCreated('eve', '2024-09-01', { email: null }),
  orgCreated('fold', '2024-09-02', { name: 'Fold' }),
  added('eve', 'fold', '2025-01-01'),
  removed('eve', 'fold', '2025-03-05'),
  added('eve', 'fold', '2025-03-08'),
  ...active('eve', '2025-03-01', '2025-03-02', '2025-03-06', '2025-03-09'),
  // An org known only by mention counts in num_orgs.
  added('eve', 'mentioned', '2025-03-01'),
];

const noon = (day: string) => second(day);
const USER_VALUES: Record<string, (number | string | null)[]> = {
  // active_days_30, last_active_at, created_at, num_orgs, num_invites_30
  [USERS.ann]: [2, noon('2025-03-26'), noon('2024-06-01'), 2, 1],
  [USERS.bob]: [1, noon('2025-03-20'), noon('2024-07-01'), 2, 1],
  [USERS.cid]: [0, noon('2024-08-01'), noon('2024-08-01'), 0, 0],
  [USERS.dee]: [1, noon('2025-03-15'), noon('2024-08-02'), 2, 0],
  eve: [3, noon('2025-03-09'), noon('2024-09-01'), 2, 0],
};
const ORG_VALUES: Record<string, (number | string | null)[]> = {
  // num_users, active_users_7, _30, _before, active_days_30, last_active_day, created_at, health_score
  [ORGS.acme]: [2, 1, 2, 1, 3, '2025-03-26', noon('2024-06-02'), null],
  [ORGS.beta]: [1, 1, 2, 0, 3, '2025-03-26', noon('2024-07-02'), null],
  [ORGS.core]: [1, 0, 0, 0, 0, null, noon('2024-08-02'), null],
  [ORGS.duo]: [1, 0, 1, 0, 1, '2025-03-20', noon('2024-09-02'), null],
  [ORGS.echo]: [1, 0, 1, 0, 1, '2025-03-15', noon('2024-10-02'), null],
  fold: [1, 0, 1, 1, 2, '2025-03-09', noon('2024-09-02'), null],
};

let service: SharedService;
let before: { status: number; body: unknown };
let runId: string;

beforeAll(async () => {
  service = await useSharedService();
  const { api } = service;
  before = await api.get('/api/insights/v1/users');
  await api.ingest([...WORLD, ...TWICE]);
  runId = (await api.run(AS_OF)).run_id;
});
afterAll(() => service.close());

test('without a run, the index is empty', () => {
  expect(before).toMatchObject({
    status: 200,
    body: { rows: [], total_count: 0, has_more_results: false, report_time: 0 },
  });
});

describe('the values', () => {
  test.each(['user', 'org'] as const)(
    'of each %s are those worked out by hand',
    async (subject) => {
      const { rows, total_count, report_time } = await wholeIndex(service.api, subject, { runId });
      const values = Object.fromEntries(rows.map((row) => [row.id, Object.values(row.values)]));
      const expected = subject === 'user' ? USER_VALUES : ORG_VALUES;
      expect({ total_count, report_time, values }).toEqual({
        ...{ total_count: Object.keys(expected).length, report_time: T },
        values: expected,
      });
    },
  );

  test('stand beside the current profile', async () => {
    const { body } = await indexPage(service.api, 'user', 'sort=created_at&order=asc');
    expect(body.rows[0]).toEqual({
      ...{ user_id: USERS.ann, email: 'ann@acme.example', username: 'ann' },
      ...{ first_name: 'Ann', last_name: 'Lee' },
      org_data: [
        { display_name: 'Acme', org_id: ORGS.acme, user_role: 'Owner', userRole: 'Owner' },
        { display_name: 'Beta', org_id: ORGS.beta, user_role: 'Member', userRole: 'Member' },
      ],
      values: expect.objectContaining({ active_days_30: 2 }),
    });
    expect(body.rows.at(-1)).toMatchObject({ user_id: 'eve', email: null });
  });
});

describe('in every run', () => {
  test.each(['7', '14', '30'])('org churn %s follows from the index', async (interval) => {
    const { rows } = await wholeIndex(service.api, 'org', { runId });
    const firstDay = T + 1 - Number(interval) * 86_400;
    const quiet = rows.filter(({ values }) => {
      const day = values['last_active_day'];
      const isActive = typeof day === 'string' && Date.parse(day) / 1000 >= firstDay;
      return Number(values['created_at']) < firstDay && !isActive;
    });
    const churned = await service.api.ranking('org', 'churn', interval, { runId });
    expect(quiet.map(({ id }) => id).sort()).toEqual(
      churned.rows.map((row) => row['org_id']).sort(),
    );
  });

  test('champion 30 is the users with an active day in the index', async () => {
    const { rows } = await wholeIndex(service.api, 'user', { runId });
    const days = rows.filter(({ values }) => Number(values['active_days_30']) >= 1);
    const champions = await service.api.ranking('user', 'champion', '30', { runId });
    expect(new Map(days.map(({ id, values }) => [id, values['active_days_30']]))).toEqual(
      new Map(
        champions.rows.map((row) => [
          row['user_id'],
          (row['extra_properties'] as Record<string, number>)['num_active_days'],
        ]),
      ),
    );
  });
});

describe('the order', () => {
  const sorts = [
    ...Object.keys(userValueNames()).map((sort) => ['user', sort] as const),
    ...Object.keys(orgValueNames()).map((sort) => ['org', sort] as const),
  ];

  test.each(sorts)('of %ss by %s has ties by id and nulls last', async (subject, sort) => {
    for (const order of ['asc', 'desc'] as const) {
      // Pages of two rows: the whole list has every row exactly once.
      const query = `sort=${sort}&order=${order}`;
      const { rows, total_count } = await wholeIndex(service.api, subject, {
        ...{ runId, query, pageSize: 2 },
      });
      expect(rows).toHaveLength(total_count);
      const expected = [...rows].sort((one, other) => {
        const [a, b] = [one.values[sort] ?? null, other.values[sort] ?? null];
        if (a === b) return compareBytes(one.id, other.id);
        if (a === null || b === null) return a === null ? 1 : -1;
        return a < b === (order === 'asc') ? -1 : 1;
      });
      expect(rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    }
  });

  test('is by default by the last activity, and by members', async () => {
    const users = await indexPage(service.api, 'user', 'page_size=1');
    expect(users.body.rows[0]!.user_id).toBe(USERS.ann);
    const orgs = await indexPage(service.api, 'org', 'page_size=1');
    expect(orgs.body.rows[0]!.org_id).toBe(ORGS.acme);
  });

  function userValueNames() {
    return { active_days_30: 0, last_active_at: 0, created_at: 0, num_orgs: 0, num_invites_30: 0 };
  }
  function orgValueNames() {
    const activeUsers = { active_users_7: 0, active_users_30: 0, active_users_before: 0 };
    const days = { active_days_30: 0, last_active_day: 0, created_at: 0, health_score: 0 };
    return { num_users: 0, ...activeUsers, ...days };
  }
});

describe('a request', () => {
  test.each([
    ['sort=email', 'sort'],
    ['order=up', 'order'],
    [`search=${'a'.repeat(201)}`, 'search'],
    ['search=a%00b', 'search'],
    ['page_size=101', 'page_size'],
    ['run_id=1', 'run_id'],
  ])('with %s is refused', async (query, field) => {
    for (const path of ['users', 'users/csv', 'orgs', 'orgs/csv']) {
      if (field === 'page_size' && path.endsWith('csv')) continue;
      const { status, body } = await service.api.get<Problem>(`/api/insights/v1/${path}?${query}`);
      expect([path, status, Object.keys(body.errors ?? {})]).toEqual([path, 400, [field]]);
    }
  });

  test('beyond the last page has no rows', async () => {
    const { body } = await indexPage(service.api, 'user', 'page_number=7');
    expect(body).toMatchObject({ rows: [], total_count: 5, has_more_results: false });
  });

  test('of an unknown run is a 404', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect((await indexPage(service.api, 'org', `run_id=${unknown}`)).status).toBe(404);
  });
});

test('the CSV has the rows of the pages', async () => {
  const query = 'sort=num_users&order=asc';
  const { body, headers } = await service.api.get<string>(
    `/api/insights/v1/orgs/csv?run_id=${runId}&${query}`,
  );
  expect(headers.get('content-disposition')).toBe(`attachment; filename="orgs-${AS_OF}.csv"`);
  const cells: Record<string, string>[] = parse(body, { bom: true, columns: true });
  const { rows } = await wholeIndex(service.api, 'org', { query, runId });
  const time = (seconds: unknown) =>
    new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  expect(cells).toEqual(
    rows.map(({ id, name, values: { created_at, ...values } }) => ({
      ...{ org_id: id, name, org_created_at_utc: time(created_at) },
      ...Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, String(value ?? '')]),
      ),
    })),
  );
  const users = await service.api.get<string>('/api/insights/v1/users/csv?search=ANN%40');
  expect(parse(users.body, { bom: true, columns: true })).toEqual([
    {
      ...{ user_id: USERS.ann, email: 'ann@acme.example', username: 'ann', first_name: 'Ann' },
      ...{ last_name: 'Lee', orgs: 'Acme (Owner); Beta (Member)', active_days_30: '2' },
      ...{ num_orgs: '2', num_invites_30: '1', user_created_at_utc: '2024-06-01 12:00:00' },
      last_active_at_utc: '2025-03-26 12:00:00',
    },
  ]);
});

test('a user deleted since is counted, but not shown; with a search neither', async () => {
  const { api } = service;
  await api.ingest([userCreated('gone', '2025-01-01', { first_name: 'Shared' })]);
  await api.ingest([userCreated('stays', '2025-01-01', { first_name: 'Shared' })]);
  const { run_id } = await api.run(AS_OF);
  await api.ingest([deleted('user', 'gone', '2025-03-30')]);
  const all = await wholeIndex(api, 'user', { runId: run_id });
  expect([all.total_count, all.rows.length]).toEqual([7, 6]);
  const found = await wholeIndex(api, 'user', { runId: run_id, query: 'search=shared' });
  expect([found.total_count, found.rows.map(({ id }) => id)]).toEqual([1, ['stays']]);
});

test('a run of a version without the index is a 404 that says what to do', async () => {
  const { api, databaseUrl } = service;
  const old = await api.run(AS_OF);
  const tables = await snapshotTables(databaseUrl);
  const { table } = tables.find((one) => one.runId === old.run_id)!;
  await ask(databaseUrl, `delete from ${table} where report = 'index'`);
  for (const path of [`users?run_id=${old.run_id}`, 'orgs', 'users/csv', 'orgs/csv']) {
    const { status, body } = await api.get<Problem>(`/api/insights/v1/${path}`);
    expect([path, status, body.detail]).toEqual([
      ...[path, 404],
      expect.stringContaining('POST /api/admin/v1/report_runs'),
    ]);
  }
  await api.run(AS_OF);
  expect((await api.get('/api/insights/v1/users')).status).toBe(200);
});
