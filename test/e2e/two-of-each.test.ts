import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { RANKINGS } from '#libs/contracts';
import { aHistory, expectTheModelsAnswers, sendToEach } from '../support/agreement.js';
import { Api, waitFor } from '../support/api.js';
import { backends } from '../support/backends.js';
import { cleanUpAfterAll, cleanUpAfterEach } from '../support/cleanup.js';
import { cloneDatabase } from '../support/database.js';
import { openFleet, type Fleet } from '../support/fleet.js';
import { holdRuns, holdTable } from '../support/hold.js';
import { createKey, keys } from '../support/keys.js';
import { expireLease, requestRun, runIs } from '../support/runs.js';
import { chartsAreFresh, type TestProcess } from '../support/service.js';
import { storedSnapshots } from '../support/snapshots.js';

jest.setTimeout(180_000);

const KEY = /^ {2}(insightd_\S+)$/;
// The sweep looks every 5 s for runs whose lease has ended.
const GIVEN_TO_ANOTHER_WITHIN_MS = 60_000;

describe.each(backends)('two apis and two workers, queues in $name', (backend) => {
  const later = cleanUpAfterAll();
  const afterwards = cleanUpAfterEach();
  let fleet: Fleet;
  let apis: [Api, Api];
  let workers: [TestProcess, TestProcess];
  let firstKeys: string[];

  beforeAll(async () => {
    fleet = await openFleet(backend, await cloneDatabase(), { INSIGHTD_API_KEY: '' });
    later(() => fleet.close());
    const started = await Promise.all(['api', 'api', 'worker', 'worker'].map(fleet.start));
    const [one, other, ...rest] = started as [TestProcess, TestProcess, TestProcess, TestProcess];
    const shown = () =>
      started.flatMap(({ output }) => output.flatMap((line) => KEY.exec(line)?.[1] ?? []));
    firstKeys = await waitFor(() => (shown().length > 0 ? shown() : undefined));
    apis = [new Api(one.origin, firstKeys[0]!), new Api(other.origin, firstKeys[0]!)];
    workers = rest;
  });

  /** How often the workers have derived chart data, in total. */
  const derivations = async () => {
    const texts = workers.map(async ({ origin }) => (await fetch(`${origin}/metrics`)).text());
    const counts = (await Promise.all(texts)).map(
      (text) => /^insightd_chart_refresh_duration_seconds_count (\d+)$/m.exec(text)![1],
    );
    return counts.reduce((sum, count) => sum + Number(count), 0);
  };
  /** The log lines of a completed run: at least one, which is written shortly after it. */
  const linesAbout = (runId: string) =>
    waitFor(() => {
      const lines = workers.flatMap(({ log }) => log).filter((line) => line.includes(runId));
      return lines.length > 0 ? lines : undefined;
    });

  test('one first key is created, and both apis accept it', async () => {
    expect(firstKeys).toHaveLength(1);
    for (const api of apis)
      expect(await api.get('/api/backend/v1/reports')).toMatchObject({ status: 200 });
  });

  test('events sent to both services at once, in opposite orders, count once in every number of both', async () => {
    const history = aHistory(400);
    await sendToEach(apis, history);
    await expectTheModelsAnswers(apis, fleet.databaseUrl, history);
  });

  test('a run requested from both many times at once is made once', async () => {
    const asked = await Promise.all(
      Array.from({ length: 12 }, (_, index) => requestRun(apis[index % 2]!)),
    );
    const runIds = [...new Set(asked)];
    // Two, when the second of the clock changes in between.
    expect(runIds.length).toBeLessThanOrEqual(2);
    for (const runId of runIds) {
      for (const api of apis)
        expect(await runIs(api, runId, 'completed')).toMatchObject({ attempts: 1 });
      expect(await linesAbout(runId)).toEqual([expect.stringContaining('report run completed')]);
      const snapshots = await storedSnapshots(fleet.databaseUrl);
      expect(snapshots.filter((one) => one.runId === runId)).toMatchObject([
        { rankings: RANKINGS.length },
      ]);
    }
  });

  test('a key works in both as soon as it is created, and in neither after it is revoked', async () => {
    const key = await createKey(fleet.databaseUrl, 'for both', 'read');
    const both = apis.map(({ origin }) => new Api(origin, key));
    const statuses = async () =>
      Promise.all(both.map(async (api) => (await api.get('/api/backend/v1/reports')).status));
    expect(await statuses()).toEqual([200, 200]);
    await keys(fleet.databaseUrl, 'revoke', key.split('_')[1]!);
    await waitFor(async () => ((await statuses()).join() === '401,401' ? true : undefined), 5_000);
  });

  test('chart data is derived once, by one of the workers', async () => {
    await chartsAreFresh(fleet.databaseUrl);
    const before = await derivations();
    const hold = await holdTable(fleet.databaseUrl, 'org_activity');
    afterwards(() => hold.release());
    await apis[0].ingest([
      { id: 'acme', type: 'org.created', data: { org_id: 'acme', name: 'Acme' } },
      { id: 'in', type: 'user.added_to_org', data: { user_id: 'newcomer', org_id: 'acme' } },
    ]);
    await hold.isWaitedFor();
    await hold.release();
    await chartsAreFresh(fleet.databaseUrl);
    const sum = await waitFor(async () => {
      const now = await derivations();
      return now > before ? now : undefined;
    });
    expect(sum - before).toBe(1);
  });

  test('of two running runs, the one whose worker is killed is finished by the other worker', async () => {
    const hold = await holdRuns(fleet.databaseUrl);
    afterwards(() => hold.release());
    const runIds = [
      await requestRun(apis[0], '2024-01-01'),
      await requestRun(apis[1], '2024-01-02'),
    ];
    await Promise.all(runIds.map((runId) => runIs(apis[0], runId, 'running')));
    // Two workers are needed if this test is retried.
    afterwards(async () => void (workers[0] = await fleet.start('worker')));
    await workers[0].kill();
    await hold.release();
    // The other worker's run ends first; roles.test.ts waits for the real end of a lease.
    await expireLease(fleet.databaseUrl);
    const runs = await Promise.all(
      runIds.map((runId) => runIs(apis[1], runId, 'completed', GIVEN_TO_ANOTHER_WITHIN_MS)),
    );
    expect(runs.map(({ attempts }) => attempts).sort()).toEqual([1, 2]);
    for (const runId of runIds) {
      expect(await linesAbout(runId)).toEqual([expect.stringContaining('report run completed')]);
      const snapshots = await storedSnapshots(fleet.databaseUrl);
      expect(snapshots.filter((one) => one.runId === runId)).toMatchObject([
        { rankings: RANKINGS.length },
      ]);
    }
  });
});
