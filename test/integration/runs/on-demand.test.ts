import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Reply } from '../../support/api.js';
import { backends, type QueueHome } from '../../support/backends.js';
import { cloneDatabase } from '../../support/database.js';
import { holdRuns } from '../../support/hold.js';
import { RANKINGS } from '../../support/model/model.js';
import { NEVER, requestRun, runIs, userCreated, utcDay } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

const RUNS = '/api/admin/v1/report_runs';
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

describe.each(backends)('report runs on demand, queues in $name', ({ open }) => {
  let service: TestService;
  let queues: QueueHome;
  beforeAll(async () => {
    queues = await open(await cloneDatabase());
    service = await startTestService({ REPORT_CRON: NEVER, ...queues.environment });
    await service.api.ingest(['ann', 'bob', 'cy'].map(userCreated));
  });
  afterAll(async () => {
    await service.close();
    await queues.close();
  });

  const champions = (query: string) => service.api.page('user', 'champion', query);

  test('a run of now counts all events accepted before it and has all rankings', async () => {
    const before = Date.now();
    const { status, body }: Reply<{ run_id: string }> = await service.api.post(RUNS, {});
    expect({ status, body }).toEqual({
      status: 202,
      body: { run_id: expect.any(String), state: 'queued' },
    });
    const run = await service.api.runEnded(body.run_id);
    expect(run).toMatchObject({ state: 'completed', attempts: 1, error: null });
    const moment = run.report_time * 1000;
    expect(moment).toBeGreaterThan(before);
    expect(moment).toBeLessThanOrEqual(Date.now());
    const rankings = RANKINGS.map((ranking) => ranking.join('/'));
    expect(rankings).toHaveLength(27);
    expect(Object.keys(run.row_counts!).sort()).toEqual(rankings.sort());
    expect(run.row_counts).toMatchObject({ 'user/champion/30': 3, 'user/churn/7': 0 });
    const served = { report_time: run.report_time, total_count: 3 };
    expect((await champions('')).body).toMatchObject(served);
  });

  test('concurrent requests for a run of now give one run', async () => {
    const { api } = service;
    const ids = await Promise.all(Array.from({ length: 8 }, () => requestRun(api)));
    const runs = await Promise.all(ids.map((id) => api.runEnded(id)));
    const moments = new Set(runs.map((run) => run.report_time));
    // Two when a second began between the first request and the last.
    expect(moments.size).toBeLessThanOrEqual(2);
    expect(new Set(ids).size).toBe(moments.size);
  });

  test('a run as of a past day has the report time 23:59:59 UTC of that day', async () => {
    const run = await service.api.run('2024-02-29');
    expect(run.report_time).toBe(Date.UTC(2024, 1, 29, 23, 59, 59) / 1000);
    expect(run).toMatchObject({ as_of: '2024-02-29', row_counts: { 'user/champion/90': 0 } });
  });

  test('a run as of yesterday ends one second before today', async () => {
    const run = await service.api.run(utcDay(-1));
    expect(run.report_time).toBe(Date.parse(utcDay(0)) / 1000 - 1);
  });

  test('a day requested again while its run waits gives the same run, afterwards a new one', async () => {
    const { api, databaseUrl } = service;
    const hold = await holdRuns(databaseUrl);
    try {
      await runIs(api, await requestRun(api, '2024-01-01'), 'running');
      const day = '2024-03-01';
      const asked = await Promise.all([0, 1, 2, 3].map(() => requestRun(api, day)));
      expect(new Set(asked).size).toBe(1);
      await hold.release();
      await runIs(api, asked[0]!, 'completed');
      const later = await requestRun(api, day);
      expect(later).not.toBe(asked[0]);
      await runIs(api, later, 'completed');
    } finally {
      await hold.release();
    }
  });

  test.each([UNKNOWN, 'nonsense', `${UNKNOWN}0`, '%00', '..%2f'])(
    'a run with the id %s is not found',
    async (id) => {
      expect(await service.api.get(`${RUNS}/${id}`)).toMatchObject({ status: 404 });
    },
  );

  test.each([UNKNOWN, UNKNOWN.toUpperCase()])('pages of the run %s are not found', async (id) => {
    expect(await champions(`run_id=${id}`)).toMatchObject({ status: 404 });
  });

  const noPastDay = [utcDay(0), utcDay(1), '2024-02-30', '2024-2-1', 'now', '', 20240201, true, {}];
  test.each(noPastDay)(
    'as_of %j, which is not a past day, is refused by field name',
    async (asOf) => {
      const reply = await service.api.post(RUNS, { as_of: asOf });
      expect(reply).toMatchObject({
        status: 400,
        body: { errors: { as_of: [expect.any(String)] } },
      });
    },
  );

  test('the served run has the latest report time, and earlier days are served only when pinned', async () => {
    const { api } = service;
    await api.ingest([userCreated('dan')]);
    const now = await api.run();
    const past = await api.run('2024-05-05');
    const list = await api.get<{ report_time: number }>('/api/backend/v1/reports');
    expect((await champions('')).body.report_time).toBe(now.report_time);
    expect(list.body.report_time).toBe(now.report_time);
    const pinned = await champions(`run_id=${past.run_id}`);
    expect(pinned.body).toMatchObject({ report_time: past.report_time, total_count: 0 });
  });

  test('run_id pins every page to one run while newer runs are made', async () => {
    const { api } = service;
    const pinned = await api.run();
    const total = pinned.row_counts!['user/champion/30']!;
    const page = (number: number, pin = '') =>
      champions(`page_size=1&page_number=${number}&report_interval=30${pin}`);
    const seen = new Set<unknown>();
    for (let number = 0; number < total; number++) {
      await api.ingest([userCreated(`newcomer ${number}`)]);
      const newer = await api.run();
      const { body } = await page(number, `&run_id=${pinned.run_id}`);
      expect(body).toMatchObject({ report_time: pinned.report_time, total_count: total });
      seen.add(body.user_reports![0]!['user_id']);
      const latest = { report_time: newer.report_time, total_count: total + number + 1 };
      expect((await page(number)).body).toMatchObject(latest);
    }
    expect(seen.size).toBe(total);
  });
});
