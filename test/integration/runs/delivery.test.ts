import { beforeAll, describe, expect, test } from '@jest/globals';
import { RANKINGS } from '#libs/contracts';
import { Api } from '../../support/api.js';
import { backends, type QueueHome } from '../../support/backends.js';
import { cleanUpAfterAll, cleanUpAfterEach } from '../../support/cleanup.js';
import { cloneDatabase, dropDatabase } from '../../support/database.js';
import { holdRuns } from '../../support/hold.js';
import { says } from '../../support/processes.js';
import { NEVER, requestRun, runIs, runState, userCreated } from '../../support/runs.js';
import { storedSnapshots } from '../../support/snapshots.js';
import { TEST_KEY, startProcess, testSettings, type TestProcess } from '../../support/service.js';

// The sweep looks every 5 seconds for runs that have waited for 5.
const SWEPT_WITHIN_MS = 15_000;

describe.each(backends)('jobs of report runs, queues in $name', ({ open }) => {
  const later = cleanUpAfterAll();
  const afterwards = cleanUpAfterEach();
  let databaseUrl: string;
  let queues: QueueHome;
  let api: Api;

  beforeAll(async () => {
    databaseUrl = await cloneDatabase();
    later(() => dropDatabase(databaseUrl));
    queues = await open(databaseUrl);
    later(() => queues.close());
    api = new Api((await start('api')).origin, TEST_KEY);
    await api.ingest(['ann', 'bob'].map(userCreated));
  });

  const start = async (role: string): Promise<TestProcess> => {
    const settings = { ...testSettings(databaseUrl), ...queues.environment, REPORT_CRON: NEVER };
    const started = await startProcess(role, settings);
    later(() => started.stop());
    return started;
  };
  let workers: Promise<TestProcess[]> | undefined;
  /** Two workers, started when a test first wants them. */
  const startWorkers = () => (workers ??= Promise.all([start('worker'), start('worker')]));
  const snapshotsOf = async (runId: string) =>
    (await storedSnapshots(databaseUrl)).filter((snapshot) => snapshot.runId === runId);

  test('runs requested while no worker is up are made by the next worker, even if the queue was lost', async () => {
    const lost = await requestRun(api, '2024-01-01');
    await queues.flush();
    const kept = await requestRun(api);
    expect(await runState(api, lost)).toMatchObject({ state: 'queued', attempts: 0 });
    expect(await runState(api, kept)).toMatchObject({ state: 'queued', attempts: 0 });
    await startWorkers();
    expect(await runIs(api, kept, 'completed')).toMatchObject({ attempts: 1 });
    expect(await runIs(api, lost, 'completed', SWEPT_WITHIN_MS)).toMatchObject({ attempts: 1 });
  });

  test('a queue flushed under running workers loses no run', async () => {
    await startWorkers();
    const hold = await holdRuns(databaseUrl);
    afterwards(() => hold.release());
    const before = await requestRun(api, '2024-01-02');
    const waiting = await requestRun(api, '2024-01-03');
    await runIs(api, before, 'running');
    await queues.flush();
    await hold.release();
    await runIs(api, before, 'completed');
    await runIs(api, waiting, 'completed', SWEPT_WITHIN_MS);
    const after = await requestRun(api, '2024-01-04');
    expect(await runIs(api, after, 'completed', SWEPT_WITHIN_MS)).toMatchObject({ attempts: 1 });
  });

  test('a job delivered again during its run makes no second run', async () => {
    await startWorkers();
    const hold = await holdRuns(databaseUrl);
    afterwards(() => hold.release());
    const runId = await requestRun(api, '2024-02-01');
    await runIs(api, runId, 'running');
    // The first job is held by the worker that lost the run; the other worker takes these.
    await queues.deliver(runId);
    await queues.deliver(runId);
    expect(await runState(api, runId)).toMatchObject({ state: 'running', attempts: 1 });
    await hold.release();
    expect(await runIs(api, runId, 'completed')).toMatchObject({ attempts: 1 });
    expect(await snapshotsOf(runId)).toMatchObject([{ rankings: RANKINGS.length }]);
  });

  test('a job delivered again after its run does not change the run', async () => {
    const running = await startWorkers();
    const runId = await requestRun(api, '2024-02-02');
    const completed = await runIs(api, runId, 'completed');
    await queues.deliver(runId);
    expect(await runState(api, runId)).toEqual(completed);
    expect(await snapshotsOf(runId)).toMatchObject([{ rankings: RANKINGS.length }]);
    const log = running.flatMap((worker) => worker.log).filter((line) => line.includes(runId));
    expect(log).toEqual([expect.stringContaining('report run completed')]);
  });

  test('a job of an unknown run is ignored', async () => {
    const running = await startWorkers();
    await queues.deliver('00000000-0000-4000-8000-000000000000');
    await queues.deliver('nonsense');
    const runId = await requestRun(api, '2024-02-03');
    expect(await runIs(api, runId, 'completed')).toMatchObject({ attempts: 1 });
    expect(running.map(({ child }) => child.exitCode)).toEqual([null, null]);
  });

  test('workers that are stopped in the middle of a run finish it and exit with 0', async () => {
    const running = await startWorkers();
    const hold = await holdRuns(databaseUrl);
    afterwards(() => hold.release());
    const runId = await requestRun(api, '2024-02-04');
    await runIs(api, runId, 'running');
    const stopped = Promise.all(running.map((worker) => worker.stop()));
    await Promise.all(running.map((worker) => says(worker, '"stopping"')));
    await hold.release();
    expect(await stopped).toEqual([0, 0]);
    expect(await runState(api, runId)).toMatchObject({ state: 'completed', attempts: 1 });
  });
});
