import { once } from 'node:events';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Api, waitFor } from '../../support/api.js';
import { cleanUpAfterEach } from '../../support/cleanup.js';
import { cloneDatabase, copyDatabase, dropDatabase } from '../../support/database.js';
import { says } from '../../support/processes.js';
import { hasRedis, startRedis, type TestRedis } from '../../support/redis.js';
import { swap } from '../../support/restore.js';
import { NEVER, requestRun, runIs, runState, userCreated } from '../../support/runs.js';
import { TEST_KEY, startProcess, testSettings } from '../../support/service.js';

jest.setTimeout(120_000);

const afterwards = cleanUpAfterEach();

/** How many jobs a process sees in its queue, whatever their state. */
async function jobsSeenBy(origin: string): Promise<number> {
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  const counts = [...metrics.matchAll(/^insightd_queue_jobs\{.*\} (\d+)$/gm)];
  if (counts.length === 0) throw new Error('no count of jobs');
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

if (!hasRedis) test.todo('stores that share a Redis (there is no redis-server here)');
else {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  const start = async (role: string, url: string) => {
    const settings = { ...testSettings(url), REDIS_URL: redis.url, REPORT_CRON: NEVER };
    const one = await startProcess(role, settings);
    afterwards(() => one.kill());
    return { ...one, api: new Api(one.origin, TEST_KEY) };
  };

  test('a store and a copy of it that share a Redis never see each other’s jobs', async () => {
    const original = await cloneDatabase();
    afterwards(() => dropDatabase(original));
    const first = await start('api', original);
    await first.api.ingest([userCreated('ann')]);
    const runId = await requestRun(first.api);
    await first.stop();
    const copy = await copyDatabase(original);
    afterwards(() => dropDatabase(copy));

    const [ours, theirs] = await Promise.all([start('api', original), start('api', copy)]);
    expect(await jobsSeenBy(ours.origin)).toBe(1);
    expect(await jobsSeenBy(theirs.origin)).toBe(0);
    await start('worker', copy);
    // The same run, by the same job, waits in the copy as well.
    await runIs(theirs.api, runId, 'completed');
    await theirs.api.run();
    await waitFor(async () => ((await jobsSeenBy(theirs.origin)) === 0 ? true : undefined));
    expect(await jobsSeenBy(ours.origin)).toBe(1);
    expect(await runState(ours.api, runId)).toMatchObject({ state: 'queued', attempts: 0 });

    await start('worker', original);
    expect(await runIs(ours.api, runId, 'completed')).toMatchObject({ attempts: 1 });
  });
  test('a worker leaves the queues of a store that another database has replaced', async () => {
    const [url, otherUrl] = await Promise.all([cloneDatabase(), cloneDatabase()]);
    afterwards(() => dropDatabase(url));
    afterwards(() => dropDatabase(otherUrl));
    const [service, worker] = await Promise.all([start('all', url), start('worker', url)]);
    const ended = once(worker.child, 'exit');
    await waitFor(async () => (await service.api.get('/health/ready')).status === 200);
    await service.api.run();
    await swap(url, otherUrl);

    // The first store is in use elsewhere; its queue has the name that the two processes know.
    const moved = await start('api', otherUrl);
    const runId = await requestRun(moved.api);
    await ended;
    expect(worker.child.exitCode).toBe(1);
    await says(service, 'the worker process ended and will be started again');
    await says(service, 'another database has replaced the one of the start');
    await service.api.run();
    expect(await jobsSeenBy(moved.origin)).toBe(1);
    expect(await runState(moved.api, runId)).toMatchObject({ state: 'queued', attempts: 0 });
  });
}
