import { beforeEach, describe, expect, test } from '@jest/globals';
import { cleanUpAfterEach } from '../../support/cleanup.js';
import { cloneDatabase, dropDatabase } from '../../support/database.js';
import { hasRedis, startRedis, type TestRedis } from '../../support/redis.js';
import { NEVER, requestRun, runIs, runState, userCreated } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

const SWEPT_WITHIN_MS = 20_000;
const STOPS_WITHIN_MS = 10_000;

if (!hasRedis) test.todo('report runs while Redis is away (there is no redis-server here)');
else {
  describe('while Redis is away', () => {
    const afterwards = cleanUpAfterEach();
    let redis: TestRedis;
    let databaseUrl: string;

    beforeEach(async () => {
      databaseUrl = await cloneDatabase();
      afterwards(() => dropDatabase(databaseUrl));
      redis = await startRedis();
      afterwards(() => redis.kill());
    });

    const start = async (): Promise<TestService> => {
      const service = await startTestService({
        DATABASE_URL: databaseUrl,
        REDIS_URL: redis.url,
        REPORT_CRON: NEVER,
      });
      afterwards(() => service.kill());
      return service;
    };

    test('ingest and reads continue, and a requested run is made when Redis is back', async () => {
      const { api } = await start();
      await api.ingest([userCreated('ann')]);
      const good = await api.run();
      await redis.kill();
      await api.ingest([userCreated('bob')]);
      const { body } = await api.page('user', 'champion', '');
      expect(body).toMatchObject({ report_time: good.report_time, total_count: 1 });
      const runId = await requestRun(api);
      expect(await runState(api, runId)).toMatchObject({ state: 'queued' });
      await redis.start();
      const run = await runIs(api, runId, 'completed', SWEPT_WITHIN_MS);
      expect(run).toMatchObject({ attempts: 1, row_counts: { 'user/champion/30': 2 } });
    });

    test('the service starts, and works when Redis is back', async () => {
      await redis.kill();
      const { api } = await start();
      await api.ingest([userCreated('ann')]);
      const runId = await requestRun(api);
      await redis.start();
      expect(await runIs(api, runId, 'completed', SWEPT_WITHIN_MS)).toMatchObject({ attempts: 1 });
    });

    test('the service stops cleanly', async () => {
      const service = await start();
      await service.api.run();
      await redis.kill();
      const askedAt = Date.now();
      expect(await service.stop()).toBe(0);
      expect(Date.now() - askedAt).toBeLessThan(STOPS_WITHIN_MS);
    });
  });
}
