import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Api, waitFor } from '../support/api.js';
import { isBack } from '../support/away.js';
import { cleanUpAfterAll, cleanUpAfterEach } from '../support/cleanup.js';
import { ask, cloneDatabase, dropDatabase } from '../support/database.js';
import { holdRuns } from '../support/hold.js';
import { peopleIn } from '../support/load.js';
import { startProxy, type Proxy } from '../support/proxy.js';
import { NEVER, requestRun, runIs, userCreated } from '../support/runs.js';
import { TEST_KEY, startProcess, testSettings } from '../support/service.js';

jest.setTimeout(120_000);

const EVENTS = '/api/ingest/v1/events';
/** Enough for the limits set here, on a busy machine; without limits nothing is answered for a quarter of an hour. */
const ANSWERED_WITHIN_MS = 30_000;
const OUR_BACKENDS = `
  select pid from pg_stat_activity
  where datname = current_database() and application_name = 'insightd' and state = 'idle'`;

/** The replies to as many events as there are connections of a pool, sent at the same time. */
async function statusesOf(api: Api, name: string): Promise<number[]> {
  const sent = Array.from({ length: 12 }, async (_, index) => {
    const { status } = await api.post(EVENTS, [userCreated(`${name} ${index}`)]);
    return status;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ANSWERED_WITHIN_MS);
  });
  return Promise.race([Promise.all(sent), late]).finally(() => clearTimeout(timer));
}

describe('a database whose connections stop responding', () => {
  const later = cleanUpAfterAll();
  const afterwards = cleanUpAfterEach();
  let url: string;
  let proxy: Proxy;
  let api: Api;

  beforeAll(async () => {
    url = await cloneDatabase();
    later(() => dropDatabase(url));
    const { hostname: host, port } = new URL(url);
    proxy = await startProxy({ host, port: Number(port) });
    later(() => proxy.close());
    const through = new URL(url);
    through.port = String(proxy.port);
    const service = await startProcess('all', {
      ...testSettings(through.toString()),
      REPORT_CRON: NEVER,
      DATABASE_STATEMENT_SECONDS: '2',
      DATABASE_SILENCE_SECONDS: '5',
    });
    later(() => service.kill());
    api = new Api(service.origin, TEST_KEY);
    await api.ingest([userCreated('ann')]);
    await api.run();
    await isBack(api);
  });

  test('is given up: events get replies, and the service recovers by itself', async () => {
    proxy.swallowOpen();
    const statuses = await statusesOf(api, 'first');
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    await isBack(api);
    expect(await statusesOf(api, 'first')).toEqual(Array.from({ length: 12 }, () => 200));
    const present = await peopleIn(api);
    expect(Array.from({ length: 12 }, (_, index) => present.has(`first ${index}`))).not.toContain(
      false,
    );
  });

  test('does not prevent a run', async () => {
    const hold = await holdRuns(url);
    afterwards(() => hold.release());
    const runId = await requestRun(api, '2024-01-01');
    await hold.isWaitedFor();
    proxy.swallowOpen();
    await hold.release();
    expect(await runIs(api, runId, 'completed', 60_000)).toMatchObject({
      row_counts: expect.anything(),
    });
  });

  test('makes the service not ready while no connection can be opened, and every request gets a reply', async () => {
    proxy.swallow();
    await waitFor(async () => {
      const { status } = await api.get('/health/ready');
      return status === 503 ? true : undefined;
    });
    const statuses = await statusesOf(api, 'second');
    expect(new Set(statuses)).toEqual(new Set([503]));
    proxy.restore();
    await isBack(api);
    expect(await statusesOf(api, 'second')).toEqual(Array.from({ length: 12 }, () => 200));
  });

  test('does not delay the stop of the processes', async () => {
    await isBack(api);
    const frozen = (await ask<{ pid: number }>(url, OUR_BACKENDS)).map(({ pid }) => pid);
    afterwards(() => {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    });
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    const statuses = await statusesOf(api, 'third');
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    await isBack(api);
    expect(await statusesOf(api, 'third')).toEqual(Array.from({ length: 12 }, () => 200));
  });
});
