import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Api, waitFor } from '../support/api.js';
import { expectAway, isBack } from '../support/away.js';
import { cleanUpAfterEach } from '../support/cleanup.js';
import { ask, cloneDatabase, dropDatabase } from '../support/database.js';
import { makeDataFolder } from '../support/folders.js';
import { holdRuns } from '../support/hold.js';
import { Load, peopleIn, totalsOf } from '../support/load.js';
import { isAlive, nothingIsLeft } from '../support/processes.js';
import { startProxy, type Proxy } from '../support/proxy.js';
import { NEVER, requestRun, runIs, userCreated } from '../support/runs.js';
import { TEST_KEY, startProcess, testSettings, type TestProcess } from '../support/service.js';

jest.setTimeout(120_000);

const STOPS_WITHIN_MS = 10_000;
const UNKNOWN_KEY = `insightd_0123456789ab_${'k'.repeat(43)}`;

const END_CONNECTIONS = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name = 'insightd'`;

const afterwards = cleanUpAfterEach();

function refusals(load: Load) {
  return load.attempts.filter(({ status }) => status !== 200);
}

/** Expects all acknowledged batches in the service, and, after everything is sent again, each batch once. */
async function expectNothingLostOrDoubled(load: Load, api: Api): Promise<void> {
  const present = await peopleIn(api);
  expect(load.answeredPeople().filter((id) => !present.has(id))).toEqual([]);
  await load.sendAllAgain();
  expect(await totalsOf(api)).toEqual(load.totals);
}

describe('a service whose database is away', () => {
  let url: string;
  let proxy: Proxy;

  beforeEach(async () => {
    url = await cloneDatabase();
    afterwards(() => dropDatabase(url));
    const { hostname: host, port } = new URL(url);
    proxy = await startProxy({ host, port: Number(port) });
    afterwards(() => proxy.close());
  });

  const start = async (): Promise<{ service: TestProcess; api: Api }> => {
    const through = new URL(url);
    through.port = String(proxy.port);
    const settings = { ...testSettings(through.toString()), REPORT_CRON: NEVER };
    const service = await startProcess('all', settings);
    afterwards(() => service.kill());
    return { service, api: new Api(service.origin, TEST_KEY) };
  };

  test('answers 503 with Retry-After, and works again without a restart', async () => {
    const { service, api } = await start();
    await api.ingest([userCreated('ann')]);
    await api.run();
    proxy.cut();
    await expectAway(api);
    await expectAway(api);
    const unknown = new Api(service.origin, UNKNOWN_KEY);
    expect(await unknown.page('user', 'champion', '')).toMatchObject({ status: 503 });
    proxy.restore();
    await isBack(api);
    await api.ingest([userCreated('bob')]);
    expect(await api.run()).toMatchObject({ row_counts: { 'user/champion/30': 2 } });
    expect(service.child.exitCode).toBeNull();
  });

  test('loses and doubles no event of a load, and answers only 200 and 503 with Retry-After', async () => {
    const { api } = await start();
    const load = new Load(() => api);
    const stop = load.start(8);
    for (let times = 1; times <= 3; times++) {
      await waitFor(() => (load.answered.size >= times * 15 ? true : undefined));
      proxy.cut();
      await waitFor(() => (refusals(load).length >= times * 8 ? true : undefined));
      proxy.restore();
      await isBack(api);
    }
    await stop();
    expect(
      refusals(load).filter(({ status, retryAfter }) => status !== 503 || !retryAfter),
    ).toEqual([]);
    await expectNothingLostOrDoubled(load, api);
  });

  test('loses and doubles no event when connections end in the middle of their work, and answers 503', async () => {
    const { api } = await start();
    const load = new Load(() => api);
    const stop = load.start(8);
    for (let times = 1; times <= 40; times++) {
      await waitFor(() => (load.answered.size >= times ? true : undefined));
      await ask(url, END_CONNECTIONS);
    }
    await stop();
    await expectNothingLostOrDoubled(load, api);
    expect(refusals(load).length).toBeGreaterThan(0);
    expect(refusals(load).filter(({ status }) => status !== 503)).toEqual([]);
  });

  test('finishes the interrupted run when the database is back', async () => {
    const { api } = await start();
    await api.ingest([userCreated('ann')]);
    const hold = await holdRuns(url);
    afterwards(() => hold.release());
    const runId = await requestRun(api);
    await hold.isWaitedFor();
    proxy.cut();
    await hold.release();
    await expectAway(api);
    proxy.restore();
    // As if the 30 seconds of the worker's lease had passed.
    await ask(url, 'update report_runs set lease_until = now() where lease_until is not null');
    expect(await runIs(api, runId, 'completed')).toMatchObject({ row_counts: expect.anything() });
  });

  test('stops cleanly', async () => {
    const { service, api } = await start();
    await api.run();
    proxy.cut();
    await expectAway(api);
    const askedAt = Date.now();
    expect(await service.stop()).toBe(0);
    expect(Date.now() - askedAt).toBeLessThan(STOPS_WITHIN_MS);
  });

  test('waits for the database at the start', async () => {
    proxy.cut();
    const starting = start();
    await waitFor(() => (proxy.refused >= 2 ? true : undefined));
    proxy.restore();
    const { api } = await starting;
    await api.ingest([userCreated('ann')]);
    expect(await api.run()).toMatchObject({ row_counts: { 'user/champion/30': 1 } });
  });
});

test('an embedded PostgreSQL that is killed under load comes back without lost or doubled events', async () => {
  const folder = await makeDataFolder();
  afterwards(() => folder.remove());
  afterwards(() => nothingIsLeft(folder.places));
  const service = await startProcess('all', {
    INSIGHTD_DATA_DIR: folder.path,
    INSIGHTD_API_KEY: TEST_KEY,
    REPORT_CRON: NEVER,
  });
  afterwards(() => service.stop());
  const api = new Api(service.origin, TEST_KEY);
  const load = new Load(() => api);
  const stop = load.start(4);
  for (let times = 1; times <= 2; times++) {
    await waitFor(() => (load.answered.size >= times * 15 ? true : undefined));
    const killed = folder.postmaster()!;
    const before = refusals(load).length;
    process.kill(killed, 'SIGKILL');
    await waitFor(() => (refusals(load).length > before ? true : undefined));
    await isBack(api);
    expect(isAlive(killed)).toBe(false);
  }
  await stop();
  await expectNothingLostOrDoubled(load, api);
  expect(refusals(load).filter(({ status }) => status !== 503)).toEqual([]);
  expect(service.child.exitCode).toBeNull();
});
