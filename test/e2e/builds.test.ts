import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '../support/api.js';
import { backends } from '../support/backends.js';
import { copyBuild, type Build } from '../support/builds.js';
import { cleanUpAfterAll } from '../support/cleanup.js';
import { ask, cloneDatabase } from '../support/database.js';
import { openFleet } from '../support/fleet.js';
import { runInsightd } from '../support/processes.js';
import { requestRun, runIs, userCreated } from '../support/runs.js';
import { startProcess, testSettings } from '../support/service.js';

const NEXT = '99991231000000_next';
// A change of a newer version on which the older one's queries fail.
const NEXT_SQL = 'alter table dead_letters rename column attempts to times_sent';
const BACK_SQL = `
  alter table dead_letters rename column times_sent to attempts;
  delete from _prisma_migrations where migration_name = '${NEXT}'`;
const SENTENCE =
  /belongs to a newer version of insightd.*99991231000000_next.*docs\/upgrading\.md/s;

// Starts four processes, two of them one after the other.
jest.setTimeout(120_000);

let build: Build;
beforeAll(() => {
  build = copyBuild();
});
afterAll(() => build.remove());

describe('an older version on a newer store', () => {
  const later = cleanUpAfterAll();

  test('answers 503 with the reason, makes no run, does not start, and recovers when the store is downgraded', async () => {
    const fleet = await openFleet(backends[0]!, await cloneDatabase());
    later(() => fleet.close());
    const [{ process, api }, worker] = await Promise.all([fleet.startApi(), fleet.start('worker')]);
    const settings = testSettings(fleet.databaseUrl);
    build.addMigration(NEXT, NEXT_SQL);
    const migrated = await runInsightd(['migrate'], settings, build.main);
    expect(migrated).toMatchObject({ code: 0 });

    // Immediately, even though no check of the store has run since.
    const refused = await api.get('/api/admin/v1/dead_letters');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body).toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(SENTENCE),
    });
    const event = await api.post('/api/ingest/v1/events', [userCreated('ann')]);
    expect(event).toMatchObject({ status: 503 });
    const readiness = (origin: string) =>
      waitFor(async () => {
        const reply = await fetch(`${origin}/health/ready`);
        return reply.status === 503 ? ((await reply.json()) as { detail: string }) : undefined;
      });
    expect((await readiness(process.origin)).detail).toMatch(SENTENCE);
    expect((await readiness(worker.origin)).detail).toMatch(SENTENCE);
    for (const { origin } of [process, worker])
      expect((await fetch(`${origin}/health/live`)).status).toBe(200);
    const started = await runInsightd(['api'], settings);
    expect(started).toMatchObject({ code: 1, stderr: expect.stringMatching(SENTENCE) });

    // The newer worker makes the requested run; the older one has left it alone.
    const insert = `insert into report_runs (report_time, as_of) values ('2024-01-01T23:59:59Z', true)`;
    await ask(fleet.databaseUrl, insert);
    const newer = await startProcess('worker', settings, build.main);
    later(() => newer.kill());
    const done = `select attempt, interrupted from report_runs where state = 'completed'`;
    const run = await waitFor(async () => (await ask(fleet.databaseUrl, done))[0]);
    expect(run).toEqual({ attempt: 1, interrupted: 0 });
    await newer.stop();
    expect(worker.log.join()).not.toContain('report run completed');

    await ask(fleet.databaseUrl, BACK_SQL);
    for (const { origin } of [process, worker])
      await waitFor(async () => ((await fetch(`${origin}/health/ready`)).ok ? true : undefined));
    await runIs(api, await requestRun(api), 'completed');
  });
});

describe('a build whose catalogue exceeds its engine', () => {
  const later = cleanUpAfterAll();

  test('does not start, and names the files to edit', async () => {
    const fleet = await openFleet(backends[0]!, await cloneDatabase());
    later(() => fleet.close());
    build.edit('dist/libs/contracts/catalogue.js', (text) =>
      text.replace(`churn: ['7', '14', '30']`, `churn: ['7', '14', '120'], slipping: ['30']`),
    );
    const { code, stderr } = await runInsightd(
      ['api'],
      testSettings(fleet.databaseUrl),
      build.main,
    );
    expect(code).toBe(1);
    expect(stderr).toContain(
      'libs/contracts/catalogue.ts lists user/churn/120, but the engine looks back 90 days',
    );
    expect(stderr).toContain(
      'user/slipping, which libs/reports/definitions/index.ts does not define',
    );
  });
});
