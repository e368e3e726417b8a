import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Api, waitFor } from '../../support/api.js';
import { cleanUpAfterEach } from '../../support/cleanup.js';
import { cloneDatabase, dropDatabase } from '../../support/database.js';
import { hasRedis, startRedis, type TestRedis } from '../../support/redis.js';
import { NEVER, requestRun, runIs, userCreated } from '../../support/runs.js';
import { TEST_KEY, startProcess, testSettings, type TestProcess } from '../../support/service.js';

jest.setTimeout(120_000);

const STOPS_WITHIN_MS = 15_000;
const CLUSTER = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
const SWEPT_WITHIN_MS = 60_000;
/** The lines of a log without repetitions. */
const FEW_LINES = 100;

if (!hasRedis) test.todo('Redis with other rights and modes (there is no redis-server here)');
else {
  describe('queues in a Redis', () => {
    const afterwards = cleanUpAfterEach();
    let databaseUrl: string;
    beforeAll(async () => {
      databaseUrl = await cloneDatabase();
    });
    afterAll(() => dropDatabase(databaseUrl));

    const open = async (...options: string[]): Promise<{ redis: TestRedis; admin: Redis }> => {
      const redis = await startRedis(...options);
      afterwards(() => redis.kill());
      const admin = new Redis(redis.url);
      admin.on('error', () => undefined);
      afterwards(() => admin.disconnect());
      return { redis, admin };
    };
    const start = async (role: string, url: string): Promise<TestProcess> => {
      const settings = { ...testSettings(databaseUrl), REDIS_URL: url, REPORT_CRON: NEVER };
      const started = await startProcess(role, settings);
      afterwards(() => started.kill());
      return started;
    };
    const as = (user: string, { url }: TestRedis) => url.replace('redis://', `redis://${user}:x@`);
    const stopsInTime = async (process: TestProcess) => {
      const askedAt = performance.now();
      expect(await process.stop()).toBe(0);
      expect(performance.now() - askedAt).toBeLessThan(STOPS_WITHIN_MS);
    };

    test('whose user may not send INFO make reports', async () => {
      const { redis, admin } = await open();
      await admin.acl('SETUSER', 'app', 'on', '>x', '~{insightd-*', '&*', '+@all', '-@dangerous');
      const service = await start('all', as('app', redis));
      const api = new Api(service.origin, TEST_KEY);
      await api.ingest([userCreated('ann')]);
      expect(await api.run()).toMatchObject({ row_counts: { 'user/champion/30': 1 } });
      await waitFor(async () =>
        (await api.get('/health/ready')).status === 200 ? true : undefined,
      );
      expect(service.log.length).toBeLessThan(FEW_LINES);
      await stopsInTime(service);
    });

    test.each([
      ['+@all -bzpopmin', /BZPOPMIN/],
      ['+@all resetkeys ~other:*', /~\{insightd-/],
    ])(
      'whose user has the rights %s stop the start with a message that names the missing rights',
      async (rights, named) => {
        const { redis, admin } = await open();
        await admin.acl('SETUSER', 'app', 'on', '>x', '~*', '&*', ...rights.split(' '));
        await expect(start('worker', as('app', redis))).rejects.toThrow(named);
      },
    );

    test('that refuses the password stop the start with a message', async () => {
      const { redis } = await open('--requirepass', 'right');
      await expect(start('api', redis.url.replace('//', '//:wrong@'))).rejects.toThrow(
        /REDIS_URL cannot be used.*password/,
      );
    });

    test('that is a replica stop the start with a message', async () => {
      const { redis: primary } = await open();
      const { redis } = await open('--replicaof', '127.0.0.1', new URL(primary.url).port);
      await expect(start('api', redis.url)).rejects.toThrow(/replica/);
    });

    test('in cluster mode make reports', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'insightd-cluster-'));
      afterwards(() => rm(folder, { recursive: true, force: true }));
      const { redis, admin } = await open(...CLUSTER, '--dir', folder);
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await waitFor(async () =>
        String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok') ? true : undefined,
      );
      const service = await start('all', redis.url);
      const api = new Api(service.origin, TEST_KEY);
      await api.run();
      await waitFor(async () =>
        (await api.get('/health/ready')).status === 200 ? true : undefined,
      );
      expect(service.log.length).toBeLessThan(FEW_LINES);
      await stopsInTime(service);
    });

    test('that revokes rights make the worker not ready, with few log lines, until the rights are back', async () => {
      const { redis, admin } = await open();
      await admin.acl('SETUSER', 'app', 'on', '>x', '~*', '&*', '+@all');
      const worker = await start('worker', as('app', redis));
      const api = new Api((await start('api', redis.url)).origin, TEST_KEY);
      const ready = new Api(worker.origin, TEST_KEY);
      const readyIs = (wanted: number) =>
        waitFor(async () => {
          const { status } = await ready.get('/health/ready');
          return status === wanted ? true : undefined;
        }, SWEPT_WITHIN_MS);
      await readyIs(200);
      await admin.acl('SETUSER', 'app', '-bzpopmin', '-evalsha', '-eval');
      await readyIs(503);
      const runId = await requestRun(api, '2024-05-01');
      expect(worker.log.length).toBeLessThan(FEW_LINES);
      await admin.acl('SETUSER', 'app', '+@all');
      await readyIs(200);
      await runIs(api, runId, 'completed', SWEPT_WITHIN_MS);
      await admin.acl('SETUSER', 'app', '-bzpopmin', '-evalsha', '-eval');
      await readyIs(503);
      await stopsInTime(worker);
    });
  });
}
