import { beforeAll, describe, expect, test } from '@jest/globals';
import { aHistory, expectTheModelsAnswers, sendToEach } from '../../support/agreement.js';
import { waitFor } from '../../support/api.js';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { ask, cloneDatabaseIn } from '../../support/database.js';
import { createKey, keys } from '../../support/keys.js';
import { NEVER, utcDay } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';
import { snapshotTables } from '../../support/snapshots.js';

const SOON_MS = 60_000;
const HOURS = (count: number) => `report_time - interval '${count} hours'`;

describe('on a database whose sessions are in Auckland', () => {
  const later = cleanUpAfterAll();
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({
      DATABASE_URL: await cloneDatabaseIn('Pacific/Auckland'),
      REPORT_CRON: NEVER,
      SNAPSHOTS_HOURLY: '1',
      SNAPSHOTS_DAILY: '10',
      SNAPSHOTS_WEEKLY: '0',
    });
    later(() => service.close());
  });

  test('its sessions are in Auckland', async () => {
    const [row] = await ask<{ zone: string }>(
      service.databaseUrl,
      `select current_setting('timezone') as zone`,
    );
    expect(row!.zone).toBe('Pacific/Auckland');
  });

  test('reports and charts count in UTC days', async () => {
    const history = aHistory(400);
    await sendToEach([service.api], history);
    await expectTheModelsAnswers([service.api], service.databaseUrl, history);
  });

  test('a key has the right times of creation and revocation', async () => {
    const before = Date.now();
    const key = await createKey(service.databaseUrl, 'a key', 'read');
    const [row] = await ask<{ at: number; id: string }>(
      service.databaseUrl,
      'select extract(epoch from created_at)::float8 * 1000 as at, id from api_keys where name = $1',
      ['a key'],
    );
    expect(row!.at - before).toBeGreaterThanOrEqual(0);
    expect(row!.at - before).toBeLessThan(SOON_MS);
    expect(key).toContain(row!.id);
    await keys(service.databaseUrl, 'revoke', row!.id);
    const listed = await keys(service.databaseUrl, 'list');
    const [created, revoked] = [...listed.matchAll(/(?:created|revoked) (\S+)/g)].map((found) =>
      Date.parse(found[1]!),
    );
    expect(created).toBe(row!.at);
    expect(revoked! - created!).toBeGreaterThanOrEqual(0);
    expect(revoked! - created!).toBeLessThan(SOON_MS);
  });

  test('a rejected event has the right time of receipt', async () => {
    const before = Math.floor(Date.now() / 1000);
    await service.api.post('/api/ingest/v1/events', [{ id: 'x', type: 'nonsense', data: {} }]);
    const { body } = await service.api.get<{ dead_letters: { received_at: number }[] }>(
      '/api/admin/v1/dead_letters',
    );
    const [{ received_at: at }] = body.dead_letters as [{ received_at: number }];
    expect(at - before).toBeGreaterThanOrEqual(0);
    expect((at - before) * 1000).toBeLessThan(SOON_MS);
  });

  test('pruning keeps the later of two runs of a UTC day, even with midnight in Auckland between them', async () => {
    const { databaseUrl, api } = service;
    const morning = (await api.run(utcDay(-3))).run_id;
    const night = (await api.run(utcDay(-3))).run_id;
    const asScheduled = `as_of = false, completed_at = completed_at - interval '25 hours'`;
    await ask(
      databaseUrl,
      `update report_runs set ${asScheduled}, report_time = ${HOURS(14)} where run_id = $1`,
      [morning],
    );
    await ask(databaseUrl, `update report_runs set ${asScheduled} where run_id = $1`, [night]);
    await api.run();
    const kept = await waitFor(async () => {
      const ids = (await snapshotTables(databaseUrl)).map(({ runId }) => runId);
      return ids.includes(morning) ? undefined : ids;
    }, 10_000);
    expect(kept).toContain(night);
  });
});
