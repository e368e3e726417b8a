import { beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { waitFor } from '../../support/api.js';
import { cleanUpAfterAll, cleanUpAfterEach } from '../../support/cleanup.js';
import { ask } from '../../support/database.js';
import { NEVER, requestRun, runIs, runState, userCreated, utcDay } from '../../support/runs.js';
import { snapshotTables } from '../../support/snapshots.js';
import { startTestService, type TestService } from '../../support/service.js';

const AGE_REQUESTS = `
  update report_runs set completed_at = completed_at - interval '25 hours' where as_of`;
describe('pruning with SNAPSHOTS_HOURLY=2 and SNAPSHOTS_DAILY=2', () => {
  const later = cleanUpAfterAll();
  const afterwards = cleanUpAfterEach();
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({
      REPORT_CRON: NEVER,
      SNAPSHOTS_HOURLY: '2',
      SNAPSHOTS_DAILY: '2',
      SNAPSHOTS_WEEKLY: '0',
    });
    later(() => service.close());
    await service.api.ingest([userCreated('ann')]);
  });

  const run = async (asOf?: string) => (await service.api.run(asOf)).run_id;
  const stored = async () => (await snapshotTables(service.databaseUrl)).map(({ runId }) => runId);
  const pinned = async (id: string) =>
    (await service.api.page('user', 'champion', `run_id=${id}`)).status;
  /** A run is completed before the old snapshots are dropped. */
  const storedBecome = (ids: string[]) =>
    waitFor(async () => {
      const now = (await stored()).sort();
      return JSON.stringify(now) === JSON.stringify([...ids].sort()) ? now : undefined;
    }, 10_000);
  /** Reads every snapshot in a transaction that stays open, as a backup does. */
  const keepReading = async () => {
    const reader = new pg.Client({ connectionString: service.databaseUrl });
    await reader.connect();
    afterwards(() => reader.end());
    await reader.query('begin');
    for (const { table } of await snapshotTables(service.databaseUrl))
      await reader.query(`select count(*) from ${table}`);
    return reader;
  };

  test('the latest two runs, the last runs of the latest two days and the last day’s requested runs are kept', async () => {
    const asked: Record<number, string> = {};
    for (const day of [-6, -5, -4, -3]) asked[day] = await run(utcDay(day));
    const lastDayAgain = await run(utcDay(-3));
    const [first, second, third] = [await run(), await run(), await run()];
    const requests = [...Object.values(asked), lastDayAgain];
    await storedBecome([...requests, second, third]);
    expect(await pinned(first)).toBe(404);
    expect(await Promise.all(requests.map(pinned))).toEqual(requests.map(() => 200));

    await ask(service.databaseUrl, AGE_REQUESTS);
    const fourth = await run();
    await storedBecome([lastDayAgain, third, fourth]);
    const dropped = [...Object.values(asked), first, second];
    expect(await Promise.all(dropped.map(pinned))).toEqual(dropped.map(() => 404));
    const kept = [lastDayAgain, third, fourth];
    expect(await Promise.all(kept.map(pinned))).toEqual([200, 200, 200]);
    // The row of the run stays.
    expect(await runState(service.api, first)).toMatchObject({ state: 'completed' });
  });

  test('a long read of snapshots, such as a backup, blocks no run', async () => {
    const read = [await run(), await run()];
    await storedBecome([...(await keptRequests()), ...read]);
    const reader = await keepReading();
    for (let round = 0; round < 4; round++) {
      const runId = await requestRun(service.api);
      expect(await runIs(service.api, runId, 'completed', 10_000)).toMatchObject({ attempts: 1 });
    }
    expect(await Promise.all(read.map(pinned))).toEqual([404, 404]);
    expect(await stored()).toEqual(expect.arrayContaining(read));
    await reader.end();
    const [last, next] = [await run(), await run()];
    await storedBecome([...(await keptRequests()), last, next]);
  });

  test('tables left by an interrupted prune are dropped by the next', async () => {
    const [first] = [await run(), await run()];
    const mark = 'update report_runs set pruned_at = now() where run_id = $1';
    await ask(service.databaseUrl, mark, [first]);
    expect(await pinned(first)).toBe(404);
    const [last, next] = [await run(), await run()];
    await storedBecome([...(await keptRequests()), last, next]);
  });

  test('a run made too early by a wrong clock displaces no other run, and is dropped', async () => {
    const [right, wrong] = [await run(), await run()];
    const wrongDay = await run(utcDay(-7));
    const early = `
      update report_runs set completed_at = report_time - interval '2 days' where run_id = any($1)`;
    await ask(service.databaseUrl, early, [[wrong, wrongDay]]);
    expect(await Promise.all([right, wrong, wrongDay].map(pinned))).toEqual([200, 404, 404]);
    const last = await run();
    const requests = (await keptRequests()).filter((id) => id !== wrongDay);
    await storedBecome([...requests, right, last]);
  });

  async function keptRequests(): Promise<string[]> {
    const sql = 'select run_id from report_runs where as_of and pruned_at is null';
    const rows = await ask<{ run_id: string }>(service.databaseUrl, sql);
    return rows.map((row) => row.run_id);
  }
});
