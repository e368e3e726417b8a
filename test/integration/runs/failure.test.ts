import { beforeAll, describe, expect, test } from '@jest/globals';
import { backends } from '../../support/backends.js';
import { cleanUpAfterAll, cleanUpAfterEach } from '../../support/cleanup.js';
import { ask, cloneDatabase } from '../../support/database.js';
import { NEVER, requestRun, runIs, userCreated } from '../../support/runs.js';
import { storedSnapshots } from '../../support/snapshots.js';
import { startTestService, type TestService } from '../../support/service.js';
import { waitFor } from '../../support/api.js';

// A failed attempt is tried again by the sweep, which looks every 5 seconds.
const THREE_ATTEMPTS_MS = 40_000;

// The tables of snapshots are made after this one. The very last ranking is refused: all others are
// written by then.
const BREAK_LAST_RANKING = `
  alter table snapshots add constraint the_disk_is_full
  check (not (subject = 'org' and report = 'health' and "interval" = '30'))`;
const MEND_LAST_RANKING = 'alter table snapshots drop constraint if exists the_disk_is_full';

describe.each(backends)('report runs that fail, queues in $name', ({ open }) => {
  const later = cleanUpAfterAll();
  const afterwards = cleanUpAfterEach();
  let service: TestService;

  beforeAll(async () => {
    const queues = await open(await cloneDatabase());
    later(() => queues.close());
    service = await startTestService({ REPORT_CRON: NEVER, ...queues.environment });
    later(() => service.close());
    await service.api.ingest([userCreated('ann')]);
  });

  const sql = (text: string) => ask(service.databaseUrl, text);
  const served = async () => (await service.api.page('user', 'champion', '')).body;

  test('a run that fails on all attempts has the reason, leaves no data, and the last good run stays served', async () => {
    const { api } = service;
    const good = await api.run();
    const before = { report_time: good.report_time, total_count: 1 };
    const snapshots = await storedSnapshots(service.databaseUrl);
    await api.ingest([userCreated('bob')]);
    await sql(BREAK_LAST_RANKING);
    afterwards(() => sql(MEND_LAST_RANKING));
    const runId = await requestRun(api);
    const failed = await api.runEnded(runId, THREE_ATTEMPTS_MS);
    expect(failed).toMatchObject({
      state: 'failed',
      attempts: 3,
      row_counts: null,
      error: expect.stringContaining('the_disk_is_full'),
    });
    expect(await served()).toMatchObject(before);
    expect(await api.page('user', 'champion', `run_id=${runId}`)).toMatchObject({ status: 404 });
    expect(await storedSnapshots(service.databaseUrl)).toEqual(snapshots);

    await sql(MEND_LAST_RANKING);
    const healed = await api.run();
    const after = { report_time: healed.report_time, total_count: 2 };
    expect(await served()).toMatchObject(after);
  });

  test('a run whose first attempt fails is made by a later attempt without a new request', async () => {
    const { api } = service;
    await sql('alter table memberships rename to memberships_away');
    afterwards(() => sql('alter table if exists memberships_away rename to memberships'));
    const runId = await requestRun(api, '2024-01-01');
    const waiting = await waitFor(async () => {
      const run = await runIs(api, runId, 'queued');
      return run.attempts > 0 ? run : undefined;
    });
    expect(waiting.error).toContain('memberships');
    await sql('alter table memberships_away rename to memberships');
    const { error, attempts } = await runIs(api, runId, 'completed');
    expect({ error, attempts }).toEqual({ error: null, attempts: waiting.attempts + 1 });
  });
});
