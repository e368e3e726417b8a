import { describe, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { RANKINGS } from '#libs/contracts';
import { Api, waitFor } from '../support/api.js';
import { backends, type Backend } from '../support/backends.js';
import { cleanUpAfterEach } from '../support/cleanup.js';
import { ask, cloneDatabase, databaseUrl } from '../support/database.js';
import { openFleet, type Fleet } from '../support/fleet.js';
import { holdRuns, holdTable } from '../support/hold.js';
import { Load, peopleIn, totalsOf } from '../support/load.js';
import { says } from '../support/processes.js';
import { expireLease, requestRun, runIs, runState, userCreated } from '../support/runs.js';
import { storedSnapshots } from '../support/snapshots.js';
import { TEST_KEY } from '../support/service.js';

jest.setTimeout(120_000);

// A worker that is silent for 30 s has lost its run; the sweep looks every 5 s.
const GIVEN_TO_ANOTHER_WITHIN_MS = 60_000;
const STOPS_WITHIN_MS = 10_000;
const [postgres] = backends as [Backend];

const afterwards = cleanUpAfterEach();

async function fleetOf(backend: Backend, url?: string): Promise<Fleet> {
  const fleet = await openFleet(backend, url ?? (await cloneDatabase()));
  afterwards(() => fleet.close());
  return fleet;
}

test.each(backends)(
  'an api and two workers started at once on an empty database serve together, queues in $name',
  async (backend) => {
    const name = `test_${randomBytes(8).toString('hex')}`;
    await ask(databaseUrl('postgres'), `create database ${name}`);
    const fleet = await fleetOf(backend, databaseUrl(name));
    const [{ api }, ...workers] = await Promise.all([
      fleet.startApi(),
      fleet.start('worker'),
      fleet.start('worker'),
    ]);
    await api.ingest(['ann', 'bob'].map(userCreated));
    expect(await api.run()).toMatchObject({ row_counts: { 'user/champion/30': 2 } });
    for (const { origin } of workers) {
      const worker = new Api(origin, TEST_KEY);
      expect(await worker.get('/health/ready')).toMatchObject({ status: 200 });
      expect(await worker.get('/api/backend/v1/reports')).toMatchObject({ status: 404 });
    }
  },
);

/**
 * One run, taken by one worker, finished by another; `fail` ends or stops the first in its middle. Its lease ends after
 * 30 s, or at once with `isExpired`.
 */
async function handOver(backend: Backend, fail: 'SIGKILL' | 'SIGSTOP', isExpired = false) {
  const fleet = await fleetOf(backend);
  const [{ api }, first] = await Promise.all([fleet.startApi(), fleet.start('worker')]);
  await api.ingest([userCreated('ann')]);
  const hold = await holdRuns(fleet.databaseUrl);
  afterwards(() => hold.release());
  const runId = await requestRun(api);
  await hold.isWaitedFor();
  const second = await fleet.start('worker');
  first.child.kill(fail);
  await hold.release();
  if (isExpired) await expireLease(fleet.databaseUrl);
  const run = await runIs(api, runId, 'completed', GIVEN_TO_ANOTHER_WITHIN_MS);
  expect(second.log.filter((line) => line.includes(runId))).toHaveLength(1);
  return { fleet, api, first, run };
}

test('a run whose worker is killed is finished once, by another worker', async () => {
  const handed = await Promise.all(backends.map((backend) => handOver(backend, 'SIGKILL')));
  for (const { fleet, api, run } of handed) {
    expect(run).toMatchObject({ attempts: 2, row_counts: { 'user/champion/30': 1 }, error: null });
    expect(await storedSnapshots(fleet.databaseUrl)).toMatchObject([{ rankings: RANKINGS.length }]);
    const { body } = await api.page('user', 'champion', '');
    expect(body).toMatchObject({ report_time: run.report_time, total_count: 1 });
  }
});

test('a worker that resumes after its lease was lost changes nothing', async () => {
  const { fleet, api, first, run } = await handOver(postgres, 'SIGSTOP', true);
  const snapshots = await storedSnapshots(fleet.databaseUrl);
  first.child.kill('SIGCONT');
  await says(first, run.run_id);
  expect(await runState(api, run.run_id)).toEqual(run);
  expect(await storedSnapshots(fleet.databaseUrl)).toEqual(snapshots);
  expect(first.log.join('\n')).not.toContain('report run completed');
  const next = await api.run();
  expect(next).toMatchObject({ attempts: 1, row_counts: run.row_counts });
});

test('an api killed in the middle of a load loses no acknowledged event and doubles none', async () => {
  const fleet = await fleetOf(postgres);
  const [{ process, api }] = await Promise.all([fleet.startApi(), fleet.start('worker')]);
  let serving = api;
  const load = new Load(() => serving);
  const stop = load.start(6);
  await waitFor(() => (load.answered.size >= 30 ? true : undefined));
  await process.kill();
  await stop();
  expect(load.attempts.some(({ status }) => status === undefined)).toBe(true);

  serving = (await fleet.startApi()).api;
  const present = await peopleIn(serving);
  expect(load.answeredPeople().filter((id) => !present.has(id))).toEqual([]);
  await load.sendAllAgain();
  expect(await totalsOf(serving)).toEqual(load.totals);
});

/** An api that is asked to stop while it holds `count` batches, which wait for `heldMs` longer. */
async function stopUnderWay(count: number, heldMs: number) {
  const fleet = await fleetOf(postgres);
  const { process, api } = await fleet.startApi();
  await api.ingest([userCreated('ann')]);
  const hold = await holdTable(fleet.databaseUrl, 'users');
  afterwards(() => hold.release());
  const underWay = Array.from({ length: count }, (_, index) => {
    return api.post('/api/ingest/v1/events', [userCreated(`under way ${index}`)]);
  });
  const answers = Promise.allSettled(underWay);
  await hold.isWaitedFor();
  const stopped = process.stop();
  await says(process, '"stopping"');
  const askedAt = Date.now();
  await waitFor(() => (Date.now() - askedAt >= heldMs ? true : undefined));
  await hold.release();
  const releasedAt = Date.now();
  const outcomes = (await answers).map((one) =>
    one.status === 'fulfilled' ? one.value.status : 'cut off',
  );
  const code = await stopped;
  const users = 'select count(*)::int as users from users where created_at is not null';
  const [row] = await ask<{ users: number }>(fleet.databaseUrl, users);
  return { outcomes, code, users: row!.users, stoppedAfterMs: Date.now() - releasedAt };
}

describe('a stopping api', () => {
  test('answers open requests, exits with 0 and does not wait for idle connections', async () => {
    const { stoppedAfterMs, ...rest } = await stopUnderWay(3, 0);
    expect(rest).toEqual({ outcomes: [200, 200, 200], code: 0, users: 4 });
    expect(stoppedAfterMs).toBeLessThan(STOPS_WITHIN_MS);
  });

  test('answers long requests as well', async () => {
    const { stoppedAfterMs, ...rest } = await stopUnderWay(2, 9_000);
    expect(rest).toEqual({ outcomes: [200, 200], code: 0, users: 3 });
    expect(stoppedAfterMs).toBeLessThan(STOPS_WITHIN_MS);
  });
});
