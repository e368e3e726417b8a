import { beforeAll, describe, expect, test } from '@jest/globals';
import { RANKINGS } from '#libs/contracts';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { NEVER, userCreated } from '../../support/runs.js';
import {
  startProcess,
  startTestService,
  testSettings,
  type TestService,
} from '../../support/service.js';
import type { Page, Reply } from '../../support/api.js';

const RUNS = 6;
const DAYS = ['30', '60', '90'];

interface Listed {
  report_time: number;
  reports: { subject: string; report: string; report_time: number; total_count: number }[];
}

// Only the newest snapshot is kept, so that each run drops the one that is being read.
describe('readers during continuous runs and pruning', () => {
  const later = cleanUpAfterAll();
  let service: TestService;
  let runsGoOn = true;
  /** The reply of the list of reports, and of a page, at each request. */
  const lists: Reply<Listed>[] = [];
  const pages: Reply<Page>[] = [];

  beforeAll(async () => {
    const environment = {
      REPORT_CRON: NEVER,
      SNAPSHOTS_HOURLY: '1',
      SNAPSHOTS_DAILY: '1',
      SNAPSHOTS_WEEKLY: '0',
    };
    service = await startTestService(environment);
    later(() => service.close());
    const { databaseUrl } = service;
    const worker = await startProcess('worker', { ...testSettings(databaseUrl), ...environment });
    later(() => worker.stop());
    await service.api.ingest([userCreated('first')]);
    await service.api.run();
    const readers = [readLists(), readPages(), readPages()];
    for (let made = 0; made < RUNS; made++) {
      await service.api.ingest([userCreated(`user ${made}`)]);
      await service.api.run();
    }
    runsGoOn = false;
    await Promise.all(readers);
  });

  async function readLists(): Promise<void> {
    while (runsGoOn) lists.push(await service.api.get<Listed>('/api/backend/v1/reports'));
  }

  async function readPages(): Promise<void> {
    for (let turn = 0; runsGoOn; turn++) {
      const query = `report_interval=${DAYS[turn % DAYS.length]}&page_size=100`;
      pages.push(await service.api.page('user', 'champion', query));
    }
  }

  test('get a reply every time, and see successive runs', () => {
    const statuses = [...lists, ...pages].map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const seen = new Set(lists.map(({ body }) => body.report_time));
    expect(seen.size).toBeGreaterThanOrEqual(RUNS);
  });

  test('see all rankings of one report time', () => {
    for (const { body } of lists) {
      const moments = new Set(body.reports.map((entry) => entry.report_time));
      expect({ entries: body.reports.length, moments: [...moments] }).toEqual({
        entries: RANKINGS.length,
        moments: [body.report_time],
      });
      // Every user is a champion of each interval: their counts differ only between two runs.
      expect(new Set(championsOf(body)).size).toBe(1);
    }
  });

  test('see the complete snapshot of the report time', () => {
    const totals = new Map<number, number>();
    for (const { body } of lists) totals.set(body.report_time, championsOf(body)[0]!);
    for (const { body } of pages) {
      expect(body.user_reports).toHaveLength(body.total_count);
      expect(body.total_count).toBe(totals.get(body.report_time) ?? body.total_count);
    }
  });

  test('never see an older run after a newer one', () => {
    const moments = lists.map(({ body }) => body.report_time);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
  });
});

function championsOf({ reports }: Listed): number[] {
  return reports.filter(({ report }) => report === 'champion').map((entry) => entry.total_count);
}
