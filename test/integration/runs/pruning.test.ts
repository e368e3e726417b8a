import { beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { waitFor } from '../../support/api.js';
import { cleanUpAfterAll, cleanUpAfterEach } from '../../support/cleanup.js';
import { ask } from '../../support/database.js';
import { NEVER, requestRun, runIs, runState, userCreated, utcDay } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

const SNAPSHOT_TABLES = `
  select run_id as id from report_runs r
  where exists (select from pg_class where relname = 'snapshots_run_' || r.id)`;
const TABLE_NAMES = `
  select oid::regclass::text as name from pg_class
  where relname like 'snapshots\\_run\\_%' and relkind = 'r'`;
const AGE_REQUESTS = `
  update report_runs set completed_at = completed_at - interval '25 hours' where as_of`;
const DROPPING = `
  select pid from pg_stat_activity
  where datname = current_database() and query like 'drop table if exists snapshots_run_%' and state = 'active'`;

describe('pruning with SNAPSHOTS_HOURLY=2 and SNAPSHOTS_DAILY=2', () => {
  const later = cleanUpAfterAll();
  const afterwards = cleanUpAfterEach();
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({
      REPORT_CRON: NEVER,
      SNAPSHOTS_HOURLY: '2',
      SNAPSHOTS_DAILY: '2',
    });
    later(() => service.close());
    await service.api.ingest([userCreated('ann')]);
  });

  const run = async (asOf?: string) => (await service.api.run(asOf)).run_id;
  const sql = (text: string) =>
    ask<{ id: string; pid: number; name: string }>(service.databaseUrl, text);
  const tables = async () => (await sql(SNAPSHOT_TABLES)).map(({ id }) => id).sort();
  const pinned = async (id: string) =>
    (await service.api.page('user', 'champion', `run_id=${id}`)).status;
  /** A run is completed before the old snapshots are dropped. */
  const tablesBecome = (ids: string[]) =>
    waitFor(async () => {
      const now = await tables();
      return JSON.stringify(now) === JSON.stringify([...ids].sort()) ? now : undefined;
    }, 10_000);
  /** Reads snapshots in a transaction that stays open, as a backup does. */
  const keepReading = async () => {
    const reader = new pg.Client({ connectionString: service.databaseUrl });
    reader.on('error', () => undefined);
    await reader.connect();
    afterwards(() => reader.end());
    await reader.query('begin');
    for (const { name } of await sql(TABLE_NAMES))
      await reader.query(`select from ${name} limit 1`);
    return reader;
  };

  test('the latest two, the last of the latest two days and requests of the last day are kept', async () => {
    const asked: Record<number, string> = {};
    for (const day of [-4, -3, -2, -1]) asked[day] = await run(utcDay(day));
    const yesterdayAgain = await run(utcDay(-1));
    const [first, second, third] = [await run(), await run(), await run()];
    const requests = [...Object.values(asked), yesterdayAgain];
    await tablesBecome([...requests, second, third]);
    expect(await pinned(first)).toBe(404);
    expect(await Promise.all(requests.map(pinned))).toEqual(requests.map(() => 200));

    await sql(AGE_REQUESTS);
    const fourth = await run();
    await tablesBecome([yesterdayAgain, third, fourth]);
    const dropped = [...Object.values(asked), first, second];
    expect(await Promise.all(dropped.map(pinned))).toEqual(dropped.map(() => 404));
    const kept = [yesterdayAgain, third, fourth];
    expect(await Promise.all(kept.map(pinned))).toEqual([200, 200, 200]);
    // That it was made is not forgotten.
    expect(await runState(service.api, first)).toMatchObject({ state: 'completed' });
  });

  test('a prune that was cut short is finished by a later one', async () => {
    await run();
    await run();
    const reader = await keepReading();
    const cutShort = await run();
    const dropping = await waitFor(async () => (await sql(DROPPING))[0]);
    await sql(`select pg_terminate_backend(${dropping.pid}) as pid`);
    await reader.end();
    for (let round = 0; round < 3; round++) {
      const [last, next] = [await run(), await run()];
      await tablesBecome([...(await keptRequests()), last, next]);
    }
    expect(await pinned(cutShort)).toBe(404);
  });

  test('somebody who reads snapshots for long, as a backup does, holds up no run', async () => {
    await run();
    await run();
    await keepReading();
    for (let round = 0; round < 3; round++) {
      const runId = await requestRun(service.api);
      expect(await runIs(service.api, runId, 'completed', 10_000)).toMatchObject({ attempts: 1 });
    }
  });

  async function keptRequests(): Promise<string[]> {
    const rows = await sql(
      'select run_id as id from report_runs where as_of and pruned_at is null',
    );
    return rows.map(({ id }) => id);
  }
});
