import { beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../support/api.js';
import { cleanUpAfterAll, cleanUpAfterEach } from '../../support/cleanup.js';
import { ask } from '../../support/database.js';
import { holdRuns } from '../../support/hold.js';
import { NEVER, requestRun, runIs, runState, userCreated } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

// PostgreSQL itself refuses the table of a snapshot, as it does when the disk is full.
const FILL_DISK = `
  create function refuse_snapshots() returns event_trigger language plpgsql as $$ begin
    if exists (select from pg_event_trigger_ddl_commands() where object_identity like '%snapshots_run_%') then
      raise exception 'could not extend file: No space left on device' using errcode = '53100';
    end if;
  end $$;
  create event trigger disk_is_full on ddl_command_end when tag in ('CREATE TABLE')
    execute function refuse_snapshots()`;
const FREE_DISK =
  'drop event trigger if exists disk_is_full; drop function if exists refuse_snapshots';
const CUT_OFF = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name = 'insightd'`;

describe('faults that are not the run’s', () => {
  const later = cleanUpAfterAll();
  const afterwards = cleanUpAfterEach();
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({ REPORT_CRON: NEVER });
    later(() => service.close());
    await service.api.ingest([userCreated('ann')]);
  });

  const sql = <Row extends object>(text: string) => ask<Row>(service.databaseUrl, text);
  const interruptions = async (runId: string) => {
    const text = `select interrupted from report_runs where run_id = '${runId}'`;
    return (await sql<{ interrupted: number }>(text))[0]!.interrupted;
  };

  test('a full disk uses up no attempt: the run has the reason for waiting, and is made when there is space', async () => {
    const { api } = service;
    await sql(FILL_DISK);
    afterwards(() => sql(FREE_DISK));
    const runId = await requestRun(api);
    // More often than a failing run is attempted.
    await waitFor(async () => ((await interruptions(runId)) > 3 ? true : undefined), 55_000);
    const waiting = await waitFor(async () => {
      const run = await runState(api, runId);
      return run.state === 'queued' ? run : undefined;
    });
    expect(waiting.attempts).toBe(0);
    expect(waiting.error).toContain('the disk is full (53100)');
    expect(waiting.error).toContain('does not count as an attempt');
    const lines = service.log.filter((line) => line.includes('report run interrupted'));
    const pauses = lines.map((line) => (JSON.parse(line) as { pauseSeconds: number }).pauseSeconds);
    expect(pauses.slice(0, 4)).toEqual([1, 2, 4, 8]);
    await sql(FREE_DISK);
    expect(await runIs(api, runId, 'completed', 40_000)).toMatchObject({
      attempts: 1,
      error: null,
    });
  });

  test('a database that ends all connections during a run uses up no attempt', async () => {
    const { api } = service;
    const hold = await holdRuns(service.databaseUrl);
    afterwards(() => hold.release());
    const runId = await requestRun(api, '2024-01-01');
    await runIs(api, runId, 'running');
    await sql(CUT_OFF);
    await waitFor(async () => ((await interruptions(runId)) > 0 ? true : undefined));
    await hold.release();
    expect(await runIs(api, runId, 'completed')).toMatchObject({ attempts: 1, error: null });
  });

  test('in a restored store, an attempt that another worker has claimed is left to it', async () => {
    const { api } = service;
    const interrupted = () =>
      service.log.filter((line) => line.includes('report run interrupted')).length;
    const hold = await holdRuns(service.databaseUrl);
    afterwards(() => hold.release());
    const runId = await requestRun(api, '2024-01-02');
    await runIs(api, runId, 'running');
    const before = interrupted();
    await sql(`
      update report_runs set started_at = started_at + interval '1 millisecond', lease_until = now() + interval '28 seconds'
      where run_id = '${runId}'`);
    await sql(CUT_OFF);
    await waitFor(() => Promise.resolve(interrupted() > before || undefined));
    await hold.release();
    // The worker makes one run at a time, so it is finished with the first one.
    await runIs(api, await requestRun(api, '2024-01-03'), 'completed');
    expect(await runState(api, runId)).toMatchObject({ state: 'running', attempts: 1 });
    expect(await interruptions(runId)).toBe(0);
  });
});
