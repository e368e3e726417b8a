import { beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../support/api.js';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { ask } from '../../support/database.js';
import { holdRuns } from '../../support/hold.js';
import { runInsightd } from '../../support/processes.js';
import { NEVER, requestRun, runIs, runState, userCreated } from '../../support/runs.js';
import { snapshotTables } from '../../support/snapshots.js';
import {
  TEST_KEY,
  startTestService,
  testSettings,
  type TestService,
} from '../../support/service.js';

const RUNS = '/api/admin/v1/report_runs';
const HISTORY = '/api/insights/v1';

describe('withdrawn runs and runs of the future', () => {
  const later = cleanUpAfterAll();
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({ REPORT_CRON: NEVER });
    later(() => service.close());
    await service.api.ingest([userCreated('ann')]);
  });

  /** Two runs: one of one user, and after it one of two. */
  const twoRuns = async () => {
    const first = await service.api.run();
    await service.api.ingest([userCreated(`after ${first.run_id}`)]);
    return [first, await service.api.run()] as const;
  };
  const withdraw = async (runId: string) => {
    const response = await fetch(`${service.origin}${RUNS}/${runId}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${TEST_KEY}` },
    });
    return { status: response.status, body: (await response.json()) as object };
  };
  /** The moment of the latest run, and the runs listed, everywhere that they are served. */
  const served = async () => {
    const { api } = service;
    const page = await api.page('user', 'champion', '');
    const list = await api.get<{ report_time: number }>('/api/backend/v1/reports');
    const summary = await api.get<{ latest_run: { report_time: number } }>(`${HISTORY}/summary`);
    const changes = await api.get<{ report_time: number }>(`${HISTORY}/reports/user/champion`);
    const user = await api.get<{ run: { report_time: number } }>(`${HISTORY}/users/ann`);
    const runs = await api.get<{ runs: { run_id: string; kept: boolean }[] }>(`${HISTORY}/runs`);
    return {
      moments: [
        page.body.report_time,
        list.body.report_time,
        summary.body.latest_run.report_time,
        changes.body.report_time,
        user.body.run.report_time,
      ],
      listed: runs.body.runs.map(({ run_id }) => run_id),
    };
  };
  const everywhere = (moment: number) => Array.from({ length: 5 }, () => moment);
  /** Expects 404 for every path that names a run that is not served. */
  const pinned = async (runId: string) => {
    const { api } = service;
    const replies = await Promise.all([
      api.page('user', 'champion', `run_id=${runId}`),
      api.get(`${HISTORY}/reports/user/champion?run_id=${runId}`),
      api.get(`${HISTORY}/reports/user/champion?compare_to=${runId}`),
      api.get(`${HISTORY}/reports/user/champion/csv?run_id=${runId}`),
    ]);
    return replies.map(({ status }) => status);
  };

  test('a withdrawn run is not served, the previous one is, and its snapshot is dropped', async () => {
    const [first, second] = await twoRuns();
    expect((await served()).moments).toEqual(everywhere(second.report_time));
    expect(await withdraw(second.run_id)).toMatchObject({
      status: 200,
      body: { run_id: second.run_id, state: 'withdrawn', withdrawn_at: expect.any(Number) },
    });
    const { moments, listed } = await served();
    expect(moments).toEqual(everywhere(first.report_time));
    expect(listed).not.toContain(second.run_id);
    expect(await pinned(second.run_id)).toEqual([404, 404, 404, 404]);
    const tables = await snapshotTables(service.databaseUrl);
    expect(tables.map(({ runId }) => runId)).not.toContain(second.run_id);
    // Withdrawing the run again changes nothing.
    expect(await withdraw(second.run_id)).toMatchObject({
      status: 200,
      body: { state: 'withdrawn' },
    });
  });

  test('a waiting or running run can be withdrawn, and is not made', async () => {
    const hold = await holdRuns(service.databaseUrl);
    try {
      const [running, waiting] = [
        await requestRun(service.api, '2024-01-01'),
        await requestRun(service.api, '2024-01-02'),
      ];
      await runIs(service.api, running, 'running');
      for (const run of [running, waiting]) expect((await withdraw(run)).status).toBe(200);
      await hold.release();
      const after = await service.api.run();
      for (const run of [running, waiting])
        expect(await runState(service.api, run)).toMatchObject({
          state: 'withdrawn',
          row_counts: null,
        });
      const tables = await snapshotTables(service.databaseUrl);
      const stored = tables.map(({ runId }) => runId);
      expect(stored).toContain(after.run_id);
      for (const run of [running, waiting]) expect(stored).not.toContain(run);
    } finally {
      await hold.release();
    }
  });

  test('a run of the future is hidden from readers, shown to admins, and withdrawn by the command', async () => {
    const [first, second] = await twoRuns();
    const ahead = `update report_runs set report_time = now() + interval '2 days' where run_id = $1`;
    await ask(service.databaseUrl, ahead, [second.run_id]);
    const { moments, listed } = await served();
    expect(moments).toEqual(everywhere(first.report_time));
    expect(listed).not.toContain(second.run_id);
    expect(await pinned(second.run_id)).toEqual([404, 404, 404, 404]);
    const next = await service.api.run();
    expect((await served()).moments).toEqual(everywhere(next.report_time));
    const found = () =>
      service.api.get<{ report_runs: { run_id: string }[] }>(`${RUNS}?ahead=true`);
    expect((await found()).body.report_runs).toMatchObject([{ run_id: second.run_id }]);

    const settings = testSettings(service.databaseUrl);
    const list = await runInsightd(['runs', 'list'], settings);
    expect(list.stdout).toMatch(new RegExp(`${second.run_id} .* completed `));
    const { stdout } = await runInsightd(['runs', 'withdraw', second.run_id], settings);
    expect(stdout).toContain('is withdrawn');
    expect((await found()).body.report_runs).toEqual([]);
    expect(await runState(service.api, second.run_id)).toMatchObject({ state: 'withdrawn' });
  });

  test.each(['00000000-0000-4000-8000-000000000000', 'nonsense'])(
    'withdrawing %s, which is no run, is a 404',
    async (id) => {
      expect((await withdraw(id)).status).toBe(404);
    },
  );

  test('a read key cannot withdraw a run', async () => {
    const made = await runInsightd(
      ['keys', 'create', '--name', 'reader', '--scopes', 'read'],
      testSettings(service.databaseUrl),
    );
    const run = await service.api.run();
    const key = made.stdout.trim();
    const reply = await waitFor(() =>
      fetch(`${service.origin}${RUNS}/${run.run_id}`, {
        method: 'DELETE',
        headers: { Authorization: `Bearer ${key}` },
      }),
    );
    expect(reply.status).toBe(403);
    expect(await runState(service.api, run.run_id)).toMatchObject({ state: 'completed' });
  });
});
