import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { insights, type OrgContacts, type ReportChanges } from '#libs/contracts';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import {
  active,
  added,
  deleted,
  orgCreated,
  removed,
  roleChanged,
  userCreated,
} from '../../support/model/fixtures/builders.js';

/*
 * As of 2025-03-31, W(7) is 03-25 … 03-31 and W(30) is 03-02 … 03-31.
 *
 * | org   | members now                                              | W(30)            | last active |
 * |-------|----------------------------------------------------------|------------------|-------------|
 * | alpha | ann (Owner), bob and cid (org:admin), dee (Super Admin), | 1 joined, 2 left | 03-10       |
 * |       | eve (Member), hal (Owner, deleted)                       |                  |             |
 * | beta  | fay (Member)                                             | 3 joined, 1 left | 03-24       |
 * | gamma | none                                                     | 1 left           | 02-01       |
 *
 * Gus and ida came to alpha and left it, gus within W(30); ida left in March. Jon's are gamma and beta.
 */
const STORY = [
  ...['ann', 'bob', 'cid', 'dee', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon'].map((id) =>
    userCreated(id, '2024-06-01', { first_name: `=${id}` }),
  ),
  ...['alpha', 'beta', 'gamma'].map((id) => orgCreated(id, '2024-06-02', { name: id })),
  added('ann', 'alpha', '2025-01-01', 'Owner'),
  added('bob', 'alpha', '2025-01-01', 'org:admin'),
  added('cid', 'alpha', '2025-01-01', 'Member'),
  roleChanged('cid', 'alpha', '2025-01-02', 'org:admin'),
  added('dee', 'alpha', '2025-01-01', 'Super Admin'),
  added('eve', 'alpha', '2025-03-05'),
  added('hal', 'alpha', '2025-01-01', 'Owner'),
  added('gus', 'alpha', '2025-01-01', 'Admin'),
  removed('gus', 'alpha', '2025-03-07'),
  added('ida', 'alpha', '2025-01-01'),
  removed('ida', 'alpha', '2025-03-08'),
  added('fay', 'beta', '2025-03-02'),
  added('jon', 'beta', '2025-03-02'),
  removed('jon', 'beta', '2025-03-03'),
  added('jon', 'beta', '2025-03-04'),
  added('jon', 'gamma', '2025-01-01'),
  removed('jon', 'gamma', '2025-03-10'),
  ...active('ann', '2025-02-01'),
  ...active('cid', '2025-03-10'),
  ...active('bob', '2025-03-09'),
  ...active('dee', '2025-01-10'),
  ...active('fay', '2025-03-24'),
  ...active('jon', '2025-02-01'),
];
const DAYS = ['2025-02-20', '2025-02-28', '2025-03-01', '2025-03-24', '2025-03-29', '2025-03-31'];

let service: SharedService;
let runs: Record<string, string>;

beforeAll(async () => {
  service = await useSharedService();
  const { api } = service;
  await api.ingest(STORY);
  const ids: [string, string][] = [];
  for (const day of DAYS) ids.push([day, (await api.run(day)).run_id]);
  runs = Object.fromEntries(ids);
  await api.ingest([deleted('user', 'hal', '2025-04-01')]);
  await service.chartsAreFresh();
});
afterAll(() => service.close());

const read = async <T>(path: string) => (await service.api.get<T>(`/api/insights/v1/${path}`)).body;
const table = async (path: string): Promise<Record<string, string>[]> =>
  parse(await read<string>(path), { bom: true, columns: true, record_delimiter: '\r\n' });
const orgIds = ({ rows }: ReportChanges) => rows.map((row) => 'org_id' in row && row.org_id);

describe('a report comparison', () => {
  test.each([
    ['yesterday', '2025-03-31', '2025-03-29'],
    ['last_week', '2025-03-31', '2025-03-24'],
    ['last_month', '2025-03-31', '2025-03-01'],
    ['previous', '2025-03-31', '2025-03-29'],
    ['last_week', '2025-03-01', '2025-02-20'],
    ['yesterday', '2025-02-20', undefined],
  ])('with %s compares the report of %s with that of %s', async (name, of, with_) => {
    const page = await read<ReportChanges>(
      `reports/org/churn?run_id=${runs[of]}&compare_to=${name}`,
    );
    expect(page.previous?.run_id).toBe(with_ && runs[with_]);
    expect(page.counts === null).toBe(with_ === undefined);
  });
});

describe('net losses', () => {
  test('are the organizations that lost more people than joined, with their ranks in the whole list', async () => {
    const all = await read<ReportChanges>('reports/org/attrition');
    expect(orgIds(all)).toEqual(['alpha', 'gamma', 'beta']);
    const page = await read<ReportChanges>('reports/org/attrition?net_loss=true&page_size=1');
    expect([page.total_count, orgIds(page)]).toEqual([2, ['alpha']]);
    const second = await read<ReportChanges>(
      'reports/org/attrition?net_loss=true&page_size=1&page_number=1',
    );
    expect([orgIds(second), second.rows[0]!.rank]).toEqual([['gamma'], 2]);
  });

  test('can be counted and filtered by change', async () => {
    const query = 'net_loss=true&compare_to=last_month';
    const entered = await read<ReportChanges>(`reports/org/attrition?${query}&change=entered`);
    expect(entered.counts).toEqual({ entered: 2, moved: 0, left: 0 });
    expect(orgIds(entered)).toEqual(['alpha', 'gamma']);
  });
});

describe('contacts of churned organizations', () => {
  test('have the last activity and the people to call: owners, then the most recently active admins', async () => {
    const body = await read<OrgContacts>('reports/org/churn/contacts?interval=7');
    expect(insights.orgContacts.safeParse(body).error).toBeUndefined();
    const seen = body.rows.map(({ org_id: id, last_active_day: day, contacts }) => [
      ...[id, day],
      contacts.map(({ user_id: user, role }) => `${user} ${role}`),
    ]);
    expect(seen).toEqual([
      ['alpha', '2025-03-10', ['ann Owner', 'cid org:admin', 'bob org:admin']],
      ['beta', '2025-03-24', []],
      ['gamma', '2025-02-01', []],
    ]);
  });

  test('exclude activity after a past report', async () => {
    const { rows } = await read<OrgContacts>(
      `reports/org/churn/contacts?run_id=${runs['2025-02-28']}`,
    );
    expect(rows.map(({ org_id: id, last_active_day: day }) => [id, day])).toEqual([
      ['alpha', '2025-02-01'],
      ['gamma', '2025-02-01'],
      ['beta', null],
    ]);
  });
});

describe('a CSV', () => {
  test('has the rows of a change, with their changes', async () => {
    const path = 'reports/org/attrition/csv?compare_to=last_month';
    const all = await table(path);
    expect(all.map((row) => [row['rank'], row['previous_rank'], row['change']])).toEqual([
      ['1', '', 'entered'],
      ['2', '', 'entered'],
      ['3', '', 'entered'],
    ]);
    expect(await table(`${path}&change=moved`)).toEqual([]);
    const net = await table(`${path}&change=entered&net_loss=true`);
    expect(net.map((row) => row['org_id'])).toEqual(['alpha', 'gamma']);
    const left = await table(
      `reports/org/attrition/csv?run_id=${runs['2025-03-01']}&compare_to=${runs['2025-03-31']}&change=left`,
    );
    expect(left.map((row) => [row['rank'], row['previous_rank'], row['org_id']])).toEqual([
      ['', '1', 'alpha'],
      ['', '2', 'gamma'],
      ['', '3', 'beta'],
    ]);
  });

  test('has only rows that match the search', async () => {
    const found = await table('reports/user/churn/csv?search=%20=ANN');
    expect(found.map((row) => row['user_id'])).toEqual(['ann']);
    const byOrg = await table('reports/user/churn/csv?search=beta');
    expect(byOrg.map((row) => row['user_id']).sort()).toEqual(['fay', 'jon']);
    expect(await table('reports/user/churn/csv?search=none')).toEqual([]);
  });

  test('lists the members of an organization, the most recently active first, with names that are no formulas', async () => {
    const { headers } = await service.api.get('/api/insights/v1/orgs/alpha/members/csv');
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="members-alpha-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const rows = await table('orgs/alpha/members/csv');
    expect(rows.map((row) => [row['user_id'], row['role']])).toEqual([
      ['cid', 'org:admin'],
      ['bob', 'org:admin'],
      ['ann', 'Owner'],
      ['dee', 'Super Admin'],
      ['eve', 'Member'],
    ]);
    expect(rows[0]).toEqual({
      ...{ user_id: 'cid', email: 'cid@example.com', username: '', first_name: "'=cid" },
      ...{ last_name: '', role: 'org:admin', since_utc: '2025-01-01 12:00:00' },
      last_active_at_utc: '2025-03-10 12:00:00',
    });
    const none = await service.api.get('/api/insights/v1/orgs/none/members/csv');
    expect(none.status).toBe(404);
  });
});
