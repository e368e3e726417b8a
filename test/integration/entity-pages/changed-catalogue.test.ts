/** Runs of an earlier version with fewer reports: a missing report does not affect the others. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insights, type ReportChanges, type CountedUser } from '#libs/contracts';
import { ask } from '../../support/database.js';
import { active, userCreated } from '../../support/model/fixtures/builders.js';
import type { Problem } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';
import { snapshotTables } from '../../support/snapshots.js';

const CHAMPIONS = '/api/insights/v1/reports/user/champion';

let service: TestService;
let [older, latest] = ['', ''];

beforeAll(async () => {
  service = await startTestService();
  await service.api.ingest([userCreated('ann', '2024-06-01'), ...active('ann', '2025-03-10')]);
  older = (await service.api.run('2025-03-30')).run_id;
  latest = (await service.api.run('2025-03-31')).run_id;
});
afterAll(() => service.close());

/** Leaves a run without the champions of 30 days, as if they had become a report later. */
async function forgetChampions(runId: string): Promise<void> {
  const tables = await snapshotTables(service.databaseUrl);
  const { table } = tables.find((one) => one.runId === runId)!;
  const where = `subject = 'user' and report = 'champion' and "interval" = '30'`;
  await ask(service.databaseUrl, `delete from ${table} where ${where}`);
}

const changes = async (query: string) => {
  const { status, body } = await service.api.get<ReportChanges>(`${CHAMPIONS}?${query}`);
  expect([status, insights.reportChanges.safeParse(body).error]).toEqual([200, undefined]);
  return body;
};
const refusal = async (path: string) => {
  const { status, body } = await service.api.get<Problem>(path);
  return [status, body.detail];
};
const BEFORE_IT = [404, expect.stringContaining('before this version had the report')];

describe('a report that the previous run did not have', () => {
  beforeAll(() => forgetChampions(older));

  test.each(['', 'compare_to=yesterday'])('has rows without changes: %s', async (query) => {
    const page = await changes(query);
    expect(page).toMatchObject({ run_id: latest, previous: null, counts: null, total_count: 1 });
    expect(page.rows).toMatchObject([{ user_id: 'ann', rank: 1, change: null }]);
  });

  test('has a CSV without changes', async () => {
    const { status, body } = await service.api.get<string>(`${CHAMPIONS}/csv?compare_to=previous`);
    expect([status, body.split('\r\n')[1]]).toEqual([200, expect.stringMatching(/^1,,,ann,/)]);
  });

  test('is refused for an explicit earlier run, with the reason', async () => {
    for (const query of [`compare_to=${older}`, `run_id=${older}`])
      expect(await refusal(`${CHAMPIONS}?${query}`)).toEqual(BEFORE_IT);
    expect(await refusal(`${CHAMPIONS}/csv?run_id=${older}`)).toEqual(BEFORE_IT);
    const path = `/api/backend/v1/user_report/champion?run_id=${older}`;
    expect(await refusal(path)).toEqual(BEFORE_IT);
  });

  test('does not affect the comparison of other reports', async () => {
    const path = '/api/insights/v1/reports/user/champion?interval=60';
    expect((await service.api.get<ReportChanges>(path)).body).toMatchObject({
      previous: { run_id: older },
      counts: { entered: 0, moved: 0, left: 0 },
    });
  });
});

describe('before the first run of a new report', () => {
  beforeAll(async () => forgetChampions((await service.api.run('2025-04-01')).run_id));

  test('the report is empty', async () => {
    const { status, body } = await service.api.page('user', 'champion', '');
    expect([status, body]).toEqual([
      200,
      {
        ...{ user_reports: [], current_page: 0, total_count: 0, page_size: 10 },
        ...{ has_more_results: false, report_time: 0 },
      },
    ]);
    expect(await changes('')).toMatchObject({ run_id: null, report_time: 0, rows: [] });
    expect(await refusal(`${CHAMPIONS}/csv`)).toEqual(BEFORE_IT);
  });

  test('a user keeps the positions in other reports', async () => {
    const { status, body } = await service.api.get<CountedUser>('/api/insights/v1/users/ann');
    expect([status, insights.userPage.safeParse(body).error]).toEqual([200, undefined]);
    const places = body.reports.map(({ report, interval }) => `${report} ${interval}`);
    expect(places).toEqual([
      'champion 60',
      'champion 90',
      'reengagement Monthly',
      'churn 7',
      'churn 14',
    ]);
  });
});
