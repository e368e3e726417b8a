import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insights, type ReportChanges, type RunList } from '#libs/contracts';
import { ask } from '../../support/database.js';
import type { Problem } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';
import { active, deleted, userCreated } from '../../support/model/fixtures/builders.js';

/*
 * Champions of 30 days. Up to 03-30 the window is 03-01 … 03-30, up to 03-31 it is 03-02 … 03-31.
 *
 * | user | active            | rank to 03-30 | rank to 03-31 |
 * |------|-------------------|---------------|---------------|
 * | ann  | 03-10, 11, 12     | 1: 3 days     | 1: stayed     |
 * | bob  | 03-05, 06         | 3: 2 days     | 2: moved      |
 * | cid  | the same as bob   | 4: by his id  | 3: moved      |
 * | dee  | 03-01             | 6: 1 day      | left          |
 * | eve  | 03-31             |               | 4: entered    |
 * | fay  | 03-01, 08         | 2: 2 days     | 6: 1 day      |
 * | gus  | the same as dee   | 7: by his id  | left          |
 * | hal  | 03-09             | 5: 1 day      | 5: stayed     |
 *
 * Gus and Hal are deleted afterwards. No user was active in the 30 days up to 02-15.
 */
const STORY = [
  ...['ann', 'bob', 'cid', 'dee', 'eve', 'fay', 'gus', 'hal'].map((id) =>
    userCreated(id, '2024-06-01'),
  ),
  ...active('ann', '2025-03-10', '2025-03-11', '2025-03-12'),
  ...['bob', 'cid'].flatMap((id) => active(id, '2025-03-05', '2025-03-06')),
  ...['dee', 'gus'].flatMap((id) => active(id, '2025-03-01')),
  ...active('eve', '2025-03-31'),
  ...active('fay', '2025-03-01', '2025-03-08'),
  ...active('hal', '2025-03-09'),
];
const DELETIONS = ['gus', 'hal'].map((id) => deleted('user', id, '2025-04-01'));

let service: TestService;
let neverMade: ReportChanges;
let [first, before, latest] = ['', '', ''];

beforeAll(async () => {
  service = await startTestService();
  const { api } = service;
  neverMade = await changes('');
  await api.ingest(STORY);
  // Not made in the order of their report times, which is the order that counts.
  latest = (await api.run('2025-03-31')).run_id;
  first = (await api.run('2025-02-15')).run_id;
  before = (await api.run('2025-03-30')).run_id;
  await api.ingest(DELETIONS);
});
afterAll(() => service.close());

async function changes(query: string): Promise<ReportChanges> {
  const path = `/api/insights/v1/reports/user/champion?${query}`;
  const { status, body } = await service.api.get<ReportChanges>(path);
  expect([status, insights.reportChanges.safeParse(body).error]).toEqual([200, undefined]);
  return body;
}

function changedRows({ rows }: ReportChanges): unknown[] {
  return rows.map((row) => {
    const { rank, previous_rank, change } = row;
    return ['user_id' in row && row.user_id, rank, previous_rank, change];
  });
}

describe('changes against the previous run', () => {
  test('are marked on every row, in the order of the ranking', async () => {
    const page = await changes('');
    expect(page).toMatchObject({
      run_id: latest,
      previous: { run_id: before },
      counts: { entered: 1, moved: 3, left: 2 },
      total_count: 6,
    });
    expect(changedRows(page)).toEqual([
      ['ann', 1, 1, 'stayed'],
      ['bob', 2, 3, 'moved'],
      ['cid', 3, 4, 'moved'],
      ['eve', 4, null, 'entered'],
      ['fay', 6, 2, 'moved'],
    ]);
  });

  test('can be filtered by kind, in pages', async () => {
    expect(changedRows(await changes('change=entered'))).toEqual([['eve', 4, null, 'entered']]);
    const moved = await changes('change=moved&page_size=2&page_number=1');
    expect([moved.total_count, changedRows(moved)]).toEqual([3, [['fay', 6, 2, 'moved']]]);
    expect(changedRows(await changes('change=moved&page_size=2&page_number=2'))).toEqual([]);
  });

  test('list users who left with their numbers of the earlier run, and omit deleted users', async () => {
    const left = await changes('change=left');
    expect([left.total_count, changedRows(left)]).toEqual([2, [['dee', null, 6, 'left']]]);
    expect(left.rows[0]!.extra_properties).toEqual({ num_active_days: 1 });
  });

  test('have the same rows as the compatible endpoint', async () => {
    const { body } = await service.api.page('user', 'champion', '');
    const rows = (await changes('')).rows.map(
      ({ rank: _rank, previous_rank: _before, change: _change, ...row }) => row,
    );
    expect(rows).toEqual(body.user_reports);
  });

  test('can be against any other kept run', async () => {
    const page = await changes(`compare_to=${first}&change=entered`);
    expect(page).toMatchObject({ previous: { run_id: first }, counts: { entered: 6, left: 0 } });
    const back = await changes(`run_id=${first}&compare_to=${latest}&change=left`);
    expect(back).toMatchObject({ run_id: first, counts: { entered: 0, left: 6 }, total_count: 6 });
  });

  test('are absent in the first run', async () => {
    const page = await changes(`run_id=${first}`);
    expect(page).toMatchObject({ previous: null, counts: null, total_count: 0, rows: [] });
    expect(neverMade).toEqual({
      ...{ subject: 'user', report: 'champion', interval: '30', run_id: null, report_time: 0 },
      ...{ previous: null, counts: null, total_count: 0, page_number: 0, page_size: 10, rows: [] },
    });
  });
});

test.each([
  ['user/champion?interval=31', 'interval', '30, 60, 90'],
  ['user/champion?change=new', 'change', 'all, entered, moved, left'],
  ['user/champion?page_size=101', 'page_size', 'from 1 to 100'],
  ['user/champion?run_id=latest', 'run_id', 'the id of a run'],
  ['user/champion?compare_to=1', 'compare_to', 'previous, yesterday, last_week, last_month'],
  ['user/champion?net_loss=true', 'net_loss', 'org/attrition'],
  ['org/attrition?net_loss=yes', 'net_loss', 'false, true'],
])('%s is refused with the allowed values', async (path, field, allowed) => {
  const { status, body } = await service.api.get<{ errors: Record<string, string[]> }>(
    `/api/insights/v1/reports/${path}`,
  );
  expect([status, body.errors[field]]).toEqual([400, [expect.stringContaining(allowed)]]);
});

test.each([
  ['team/champion', 'user, org'],
  ['user/growth', 'top_inviter, champion'],
  ['org/toString', 'growth, attrition'],
  ['user/champion?run_id=00000000-0000-4000-8000-000000000000', '/api/insights/v1/runs'],
  ['user/champion/csv?run_id=00000000-0000-4000-8000-000000000000', '/api/insights/v1/runs'],
])('%s is a 404 that lists the known names', async (path, named) => {
  const { status, body } = await service.api.get<Problem>(`/api/insights/v1/reports/${path}`);
  expect([status, body.detail]).toEqual([404, expect.stringContaining(named)]);
});

test('runs are listed in pages, the latest report time first', async () => {
  const list = async (query: string) =>
    (await service.api.get<RunList>(`/api/insights/v1/runs?${query}`)).body;
  const all = await list('');
  expect(insights.runList.safeParse(all).error).toBeUndefined();
  expect(all.runs.map(({ run_id }) => run_id)).toEqual([latest, before, first]);
  expect(all.runs[0]).toMatchObject({ as_of: true, state: 'completed', kept: true, error: null });
  const counted = Object.values(all.runs[0]!.row_counts!).reduce((sum, count) => sum + count, 0);
  expect(all.runs[0]!.rows).toBe(counted);
  const { runs, next_before } = await list('limit=2');
  expect([runs.length, next_before]).toEqual([2, before]);
  expect((await list(`limit=2&before=${next_before}`)).runs).toEqual([all.runs[2]]);
  const unknown = await service.api.get(`/api/insights/v1/runs?before=${first.replace(/^./, 'g')}`);
  expect(unknown.status).toBe(400);
});

test('a pruned run gives a message that points to the other runs, and cannot be compared with', async () => {
  await ask(service.databaseUrl, 'update report_runs set pruned_at = now() where run_id = $1', [
    before,
  ]);
  const path = '/api/insights/v1/reports/user/champion';
  for (const query of [`run_id=${before}`, `compare_to=${before}`]) {
    const { status, body } = await service.api.get<Problem>(`${path}?${query}`);
    expect([status, body.detail]).toEqual([404, expect.stringContaining('/api/insights/v1/runs')]);
  }
  expect((await changes('')).previous).toMatchObject({ run_id: first });
  const { body } = await service.api.get<RunList>('/api/insights/v1/runs');
  expect(body.runs.map(({ kept }) => kept)).toEqual([true, false, true]);
  const kept = await service.api.get<RunList>('/api/insights/v1/runs?kept=true');
  expect(kept.body.runs).toEqual([body.runs[0], body.runs[2]]);
});
