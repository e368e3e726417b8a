import { describe, expect, test } from '@jest/globals';
import { Api, waitFor } from '../../support/api.js';
import { backends } from '../../support/backends.js';
import { cleanUpAfterEach } from '../../support/cleanup.js';
import { ask, cloneDatabase, dropDatabase } from '../../support/database.js';
import { NEVER, requestRun } from '../../support/runs.js';
import {
  TEST_KEY,
  startProcess,
  startTestService,
  testSettings,
  type TestProcess,
} from '../../support/service.js';

const HOUR_MS = 3_600_000;
const EVERY_MS = 2_000;

interface Row {
  moment: number;
  state: string;
  attempt: number;
}

const ROWS = `
  select (extract(epoch from report_time) * 1000)::float8 as moment, state, attempt from report_runs
  where not as_of order by report_time`;

const INSTALL_EARLIER = `
  update instance set installed_at = now() - interval '3 hours' returning installed_at`;

describe.each(backends)('the schedule of reports, queues in $name', ({ open }) => {
  const afterwards = cleanUpAfterEach();

  test('two workers make exactly one run per scheduled time, even if it was also requested', async () => {
    const databaseUrl = await cloneDatabase();
    afterwards(() => dropDatabase(databaseUrl));
    const queues = await open(databaseUrl);
    afterwards(() => queues.close());
    const settings = {
      ...testSettings(databaseUrl),
      ...queues.environment,
      REPORT_CRON: '*/2 * * * * *',
    };
    const start = async (role: string): Promise<TestProcess> => {
      const started = await startProcess(role, settings);
      afterwards(() => started.stop());
      return started;
    };
    const workers = await Promise.all([start('all'), start('worker')]);
    const api = new Api(workers[0].origin, TEST_KEY);
    const rows = () => ask<Row>(databaseUrl, ROWS);

    const asked = await requestRun(api);
    await waitFor(async () => {
      const made = (await rows()).filter(({ state }) => state === 'completed');
      return made.length >= 5 ? true : undefined;
    });
    for (const worker of workers) expect(await worker.stop()).toBe(0);

    const scheduled = (await rows()).filter(({ moment }) => moment % EVERY_MS === 0);
    const [first] = scheduled;
    // Each moment from the first to the last, and each once.
    const moments = scheduled.map((_, index) => first!.moment + index * EVERY_MS);
    expect(scheduled.map(({ moment }) => moment)).toEqual(moments);
    // The last may have come due while the workers were stopping.
    const settled = (await rows()).slice(0, -1);
    for (const row of settled) expect(row).toMatchObject({ state: 'completed', attempt: 1 });
    const logged = workers
      .flatMap((worker) => worker.log)
      .filter((line) => line.includes('report run completed'));
    const completed = (await rows()).filter(({ state }) => state === 'completed');
    expect(logged).toHaveLength(completed.length);
    expect(logged.filter((line) => line.includes(asked))).toHaveLength(1);
  });

  test('a run that was due while no worker ran is made at the start', async () => {
    const databaseUrl = await cloneDatabase();
    const queues = await open(databaseUrl);
    afterwards(() => queues.close());
    const settings = { ...queues.environment, REPORT_CRON: '0 * * * *' };
    const first = await startTestService({ ...queues.environment, REPORT_CRON: NEVER });
    await first.api.run();
    await waitFor(async () => (await ask(databaseUrl, 'select from instance'))[0]);
    await first.stop();
    expect(await ask(databaseUrl, INSTALL_EARLIER)).toHaveLength(1);
    await ask(databaseUrl, `update report_runs set report_time = report_time - interval '3 hours'`);

    const second = await startTestService(settings);
    afterwards(() => second.close());
    const due = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    const made = await waitFor(async () => {
      const [, ...newer] = await ask<Row>(databaseUrl, ROWS);
      return newer.some(({ state }) => state === 'completed') ? newer : undefined;
    });
    expect(made).toEqual([{ moment: due, state: 'completed', attempt: 1 }]);
  });
});
