import { beforeAll, describe, expect, test } from '@jest/globals';
import { Api, waitFor } from '../../support/api.js';
import { backends } from '../../support/backends.js';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { DAY_MS, MINUTE_MS, clockAhead } from '../../support/clocks.js';
import { ask, cloneDatabase } from '../../support/database.js';
import { openFleet, type Fleet } from '../../support/fleet.js';
import { says } from '../../support/processes.js';
import { requestRun, runIs, userCreated, utcDay } from '../../support/runs.js';
import { TEST_KEY } from '../../support/service.js';

const HOUR_S = 3_600;
const SOON_MS = 20_000;

interface Row {
  run_id: string;
  state: string;
  moment: number;
  untimely: boolean;
}

const ROWS = `
  select run_id, state, extract(epoch from report_time)::float8 as moment,
    coalesce(started_at < report_time, report_time > now()) as untimely
  from report_runs where not as_of order by report_time`;

// The last backend: Redis where this machine has it, whose delays and locks go by other clocks than PostgreSQL's.
const backend = backends.at(-1)!;

describe('processes whose clocks are wrong', () => {
  const later = cleanUpAfterAll();
  let fleet: Fleet;
  let api: Api;

  beforeAll(async () => {
    fleet = await openFleet(backend, await cloneDatabase());
    later(() => fleet.close());
    const [process] = await Promise.all([
      fleet.startWith('api', clockAhead(2 * DAY_MS)),
      fleet.startWith('worker', clockAhead(-5 * MINUTE_MS)),
    ]);
    await says(process, "this machine's clock differs");
    api = new Api(process.origin, TEST_KEY);
    await api.ingest(['ann', 'bob'].map(userCreated));
  });

  const rows = () => ask<Row>(fleet.databaseUrl, ROWS);
  const nowSeconds = () => Date.now() / 1000;

  test('a worker five minutes behind makes the run that an api two days ahead requested', async () => {
    const before = nowSeconds();
    const run = await runIs(api, await requestRun(api), 'completed', SOON_MS);
    expect(run.attempts).toBe(1);
    expect(run.report_time).toBeGreaterThan(before);
    expect(run.report_time).toBeLessThanOrEqual(nowSeconds());
    expect(run.row_counts).toMatchObject({ 'user/champion/30': 2 });
  });

  test('an api two days ahead uses the day of the database, and refuses future events', async () => {
    const summary = await api.get<{ today: string }>('/api/insights/v1/summary');
    expect(summary.body.today).toBe(utcDay(0));
    const tomorrow = await api.post<{ rejected: unknown[] }>('/api/ingest/v1/events', [
      { ...userCreated('eve'), time: new Date(Date.now() + DAY_MS).toISOString() },
    ]);
    expect(tomorrow.body.rejected).toHaveLength(1);
    const today = await api.post('/api/admin/v1/report_runs', { as_of: utcDay(0) });
    expect(today).toMatchObject({ status: 400, body: { errors: { as_of: [expect.any(String)] } } });
    const chart = await api.get<{ metrics: { date: string; cadence_completed: boolean }[] }>(
      '/api/backend/v1/chart_metrics/signups',
    );
    expect(chart.body.metrics.at(-1)).toMatchObject({ date: utcDay(0), cadence_completed: false });
  });

  test('workers two days ahead and five minutes behind make each scheduled run once, on time', async () => {
    await fleet.startWith('worker', { ...clockAhead(2 * DAY_MS), REPORT_CRON: '*/3 * * * * *' });
    const made = await waitFor(async () => {
      const all = (await rows()).filter(({ moment }) => moment % 3 === 0);
      return all.filter(({ state }) => state === 'completed').length >= 3 ? all : undefined;
    });
    const moments = made.map(({ moment }) => moment);
    expect(moments).toEqual([...new Set(moments)]);
    expect((await rows()).filter(({ untimely }) => untimely)).toEqual([]);
    expect(made.at(-1)!.moment).toBeLessThanOrEqual(nowSeconds());
  });

  test('a run made before its report time is made again at that time', async () => {
    const [ahead] = await ask<{ run_id: string; moment: number }>(
      fleet.databaseUrl,
      `update report_runs set report_time = to_timestamp(3 * ceil(extract(epoch from now()) / 3) + 6)
       where id = (select max(id) from report_runs where state = 'completed')
       returning run_id, extract(epoch from report_time)::float8 as moment`,
    );
    const again = await waitFor(async () =>
      (await rows()).find(
        ({ moment, state, run_id }) =>
          moment === ahead!.moment && state === 'completed' && run_id !== ahead!.run_id,
      ),
    );
    expect(again.untimely).toBe(false);
    expect(await runIs(api, ahead!.run_id, 'withdrawn')).toMatchObject({ withdrawn_at: null });
    expect(await api.page('user', 'champion', `run_id=${ahead!.run_id}`)).toMatchObject({
      status: 404,
    });
  });

  test("a run made while the database's clock was ahead is made again at its report time", async () => {
    // The later job has an earlier time, since the clock is right again.
    const [ahead] = await ask<{ run_id: string; moment: number }>(
      fleet.databaseUrl,
      `with next as (select to_timestamp(3 * ceil(extract(epoch from now()) / 3) + 6) as moment)
       update report_runs set report_time = moment, queued_at = moment + interval '10 milliseconds',
         started_at = moment, completed_at = moment + interval '20 milliseconds'
       from next where id = (select min(id) from report_runs where state = 'completed' and not as_of)
       returning run_id, extract(epoch from moment)::float8 as moment`,
    );
    await ask(
      fleet.databaseUrl,
      `update report_runs set queued_at = queued_at - interval '2 days' where run_id <> $1 and state = 'completed'`,
      [ahead!.run_id],
    );
    const again = await waitFor(async () =>
      (await rows()).find(
        ({ moment, state, run_id }) =>
          moment === ahead!.moment && state === 'completed' && run_id !== ahead!.run_id,
      ),
    );
    expect(again.untimely).toBe(false);
    await runIs(api, ahead!.run_id, 'withdrawn');
  });

  test("leases and waits written while the database's clock was a day ahead delay nothing", async () => {
    const insert = `
      insert into report_runs (report_time, as_of, state, attempt, queued_at, lease_until) values
        ('2024-03-01T23:59:59Z', true, 'queued', 0, now() + interval '1 day', null)
      returning run_id`;
    const [waiting] = await ask<{ run_id: string }>(fleet.databaseUrl, insert);
    expect(await runIs(api, waiting!.run_id, 'completed', SOON_MS)).toMatchObject({ attempts: 1 });
    const [held] = await ask<{ lease: number }>(
      fleet.databaseUrl,
      `insert into report_runs (report_time, as_of, state, attempt, lease_until)
       values ('2024-03-02T23:59:59Z', true, 'running', 1, now() + interval '1 day')
       returning extract(epoch from lease_until)::float8 as lease`,
    );
    const shortened = await waitFor(async () => {
      const sql = `select extract(epoch from lease_until)::float8 as lease from report_runs where state = 'running' and as_of`;
      const [row] = await ask<{ lease: number }>(fleet.databaseUrl, sql);
      return row && row.lease < held!.lease ? row : undefined;
    }, SOON_MS);
    expect(shortened.lease).toBeLessThan(nowSeconds() + HOUR_S);
  });
});
