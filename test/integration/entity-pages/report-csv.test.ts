import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { Problem } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import {
  added,
  deleted,
  orgCreated,
  removed,
  userCreated,
} from '../../support/model/fixtures/builders.js';

/** Names as received, and the expected cells. */
const NAMES: [name: string, cell: string][] = [
  ['=HYPERLINK("http://evil.example","x")', `'=HYPERLINK("http://evil.example","x")`],
  ['+1', "'+1"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tcmd', "'\tcmd"],
  ['\rcmd', "'\rcmd"],
  [' =1+1', "' =1+1"],
  ['\uff1d1+1', "'\uff1d1+1"],
  ['O\'Neil, "Jo"', 'O\'Neil, "Jo"'],
  ['two\r\nlines', 'two\r\nlines'],
  ['<b>\u05e9\u05dc\u05d5\u05dd</b> \u{1F984}', '<b>\u05e9\u05dc\u05d5\u05dd</b> \u{1F984}'],
  ['a=b', 'a=b'],
];
const MANY = 2_345;
const named = NAMES.map((_, index) => `named-${String(index).padStart(2, '0')}`);
const many = Array.from({ length: MANY }, (_, index) => `user-${String(index).padStart(4, '0')}`);

let service: SharedService;
let without: { status: number; body: unknown };

beforeAll(async () => {
  service = await useSharedService();
  const { api } = service;
  without = await api.get('/api/insights/v1/reports/user/churn/csv');
  await api.ingest(
    NAMES.map(([name], index) => userCreated(named[index]!, '2024-06-01', { first_name: name })),
  );
  await api.ingest(many.map((id) => userCreated(id, '2024-05-01')));
  await api.ingest([
    orgCreated('acme', '2024-06-01', { name: '=1+1, Inc' }),
    added('named-00', 'acme', '2024-06-02', 'Owner'),
    added('named-01', 'acme', '2024-06-02'),
    removed('named-01', 'acme', '2025-03-15'),
  ]);
  await api.run('2025-03-31');
  await api.ingest([deleted('user', 'user-0007', '2025-04-01')]);
});
afterAll(() => service.close());

async function table(path: string): Promise<Record<string, string>[]> {
  const { status, headers, body } = await service.api.get<string>(
    `/api/insights/v1/reports/${path}`,
  );
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  return parse(body, { bom: true, columns: true, record_delimiter: '\r\n' });
}

test('the CSV has the whole report in its order, without subjects deleted since', async () => {
  const rows = await table('user/churn/csv');
  const listed = [...named, ...many].map((id, index) => [String(index + 1), id]);
  expect(rows.map((row) => [row['rank'], row['user_id']])).toEqual(
    listed.filter(([, id]) => id !== 'user-0007'),
  );
});

test('the CSV has every name in one cell, never as a formula', async () => {
  const rows = await table('user/churn/csv');
  const cells = rows.slice(0, NAMES.length).map((row) => row['first_name']);
  expect(cells).toEqual(NAMES.map(([, cell]) => cell));
});

test('the CSV has orgs and times in a form that spreadsheets read', async () => {
  const [row] = await table('user/churn/csv');
  expect(row).toEqual({
    ...{ rank: '1', user_id: 'named-00', email: 'named-00@example.com', username: '' },
    ...{ first_name: `'=HYPERLINK("http://evil.example","x")`, last_name: '' },
    orgs: "'=1+1, Inc (Owner)",
    ...{ user_created_at_utc: '2024-06-01 12:00:00', last_active_at_utc: '2024-06-01 12:00:00' },
  });
});

test('the CSV leaves negative numbers as numbers', async () => {
  expect(await table('org/attrition/csv?interval=90')).toEqual([
    {
      ...{ rank: '1', org_id: 'acme', name: "'=1+1, Inc", num_users: '1' },
      ...{ num_users_added: '0', num_users_removed: '1', net_users_change: '-1' },
      org_created_at_utc: '2024-06-01 12:00:00',
    },
  ]);
});

test('the CSV is a file with a byte order mark, CR LF line ends and a name', async () => {
  const response = await fetch(`${service.origin}/api/insights/v1/reports/org/growth/csv`, {
    headers: { Authorization: `Bearer ${service.api.key}` },
  });
  expect(response.headers.get('content-disposition')).toBe(
    'attachment; filename="org-growth-30-2025-03-31.csv"',
  );
  // No org grew: only the header row.
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.toString()).toBe(
    '\ufeffrank,org_id,name,num_users,num_users_added,num_users_removed,org_created_at_utc\r\n',
  );
});

test('the CSV of a report that was never made says how to make one', () => {
  expect(without.status).toBe(404);
  expect((without.body as Problem).detail).toContain('/api/admin/v1/report_runs');
});

test('the CSV requires a key', async () => {
  const response = await fetch(`${service.origin}/api/insights/v1/reports/user/churn/csv`);
  expect(response.status).toBe(401);
  await response.text();
});
