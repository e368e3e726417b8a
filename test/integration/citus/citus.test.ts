import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  aHistory,
  dayBefore,
  expectTheModelsAnswers,
  renamed,
  withoutOwnIds,
} from '../../support/agreement.js';
import { waitFor } from '../../support/api.js';
import {
  citusDatabase,
  citusNodes,
  describeOnCitus,
  distributed,
  distributedDatabase,
  dropDistributed,
  setReachable,
} from '../../support/citus.js';
import { ask } from '../../support/database.js';
import { childEnvironment } from '../../support/environment.js';
import { exclude } from '../../support/exclusions.js';
import { userCreated } from '../../support/model/fixtures/builders.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  expectEqualCharts,
  expectEqualPages,
  expectEqualRuns,
} from '../../support/store-agreement.js';

jest.setTimeout(600_000);

const SETTINGS = { REPORT_CRON: NEVER };
const EVENTS = Number(process.env['CITUS_EVENTS'] ?? 300);

describeOnCitus('a store on Citus', () => {
  const history = aHistory(EVENTS);
  let there: TestService;
  let here: TestService;
  beforeAll(async () => {
    there = await startTestService({ ...SETTINGS, DATABASE_URL: await distributedDatabase() });
    here = await startTestService(SETTINGS);
    for (const service of [here, there]) await service.api.ingest(history);
  });
  afterAll(async () => {
    await there.close();
    await here.close();
  });

  const both = () => [here.api, there.api] as const;

  test('gives the reports and charts of the model', async () => {
    await expectTheModelsAnswers([there.api], there.databaseUrl, history);
  });

  test('gives the rankings, indexes, charts and pages of local tables', async () => {
    await expectEqualRuns(both(), [dayBefore(1), dayBefore(8), undefined]);
    await Promise.all([here.chartsAreFresh(), there.chartsAreFresh()]);
    await expectEqualCharts(both());
    const idsOf = (name: string) => [...new Set(history.map(({ data }) => String(data[name])))];
    await expectEqualPages(both(), {
      user: idsOf('user_id').slice(0, 20),
      org: idsOf('org_id').slice(0, 20),
    });
  });

  test('gives the segments, searches and exclusions of local tables', async () => {
    const where = encodeURIComponent(JSON.stringify([['role', 'is_not', 'None']]));
    for (const path of [`users?where=${where}`, 'users?search=u', 'orgs?search=o']) {
      const pages = await Promise.all(
        both().map(async (api) => {
          const { body } = await api.get<{ total_count: number; rows: Record<string, unknown>[] }>(
            `/api/insights/v1/${path}&page_size=100`,
          );
          return { total: body.total_count, rows: body.rows.map(withoutOwnIds) };
        }),
      );
      expect(pages[1]).toEqual(pages[0]);
    }
    for (const { api } of [here, there]) {
      await exclude(api, { email_domains: ['corp.test'], user_ids: [], org_ids: [] });
      const late = userCreated('late', dayBefore(5), { email: 'late@corp.test' });
      await api.ingest([renamed(late, 'excluded~')]);
      expect(
        (await api.get<{ excluded: object }>('/api/admin/v1/exclusions')).body.excluded,
      ).toEqual({ users: 1, orgs: 0 });
    }
  });

  test('answers 503 while a node is away, and keeps all that it accepted', async () => {
    const node = (await citusNodes()).at(-1)!;
    await setReachable(there.databaseUrl, node, false);
    const accepted: string[] = [];
    const statuses = new Set<number>();
    const send = async (id: string) => {
      const { status } = await there.api.post('/api/ingest/v1/events', [
        userCreated(id, dayBefore(2), { email: `${id}@home.test` }),
      ]);
      statuses.add(status);
      if (status === 200) accepted.push(id);
    };
    for (let index = 0; index < 10; index++) await send(`away ${index}`);
    expect([...statuses]).toEqual([503]);
    expect((await there.api.get('/health/ready')).status).toBe(503);
    expect((await there.api.get('/health/live')).status).toBe(200);
    await setReachable(there.databaseUrl, node, true);
    await waitFor(async () =>
      (await there.api.get('/health/ready')).status === 200 ? true : undefined,
    );
    const sending = Array.from({ length: 30 }, (_, index) => send(`under load ${index}`));
    await setReachable(there.databaseUrl, node, false);
    await Promise.all(sending);
    await setReachable(there.databaseUrl, node, true);
    await waitFor(async () =>
      (await there.api.get('/health/ready')).status === 200 ? true : undefined,
    );
    for (let index = 0; index < 3; index++) await send(`back ${index}`);
    // Citus commits what the node missed.
    await ask(there.databaseUrl, 'select recover_prepared_transactions()');
    const [row] = await ask<{ count: number }>(
      there.databaseUrl,
      `select count(*)::int as count from user_ids i join users u on u.id = i.id
       where i.user_id = any($1) and u.created_at is not null`,
      [accepted],
    );
    expect(row!.count).toBe(accepted.length);
    expect([...statuses].sort()).toEqual([200, 503]);
  });

  test('is distributed once', async () => {
    expect(await distributed(there.databaseUrl)).toContain('already');
  });
});

describeOnCitus('insightd distribute', () => {
  test('continues after a kill at any table, and keeps the rows of a filled store', async () => {
    const url = await citusDatabase();
    const service = await startTestService({ ...SETTINGS, DATABASE_URL: url });
    await service.api.ingest(aHistory(60));
    const counts = () =>
      ask(
        url,
        'select (select count(*) from users) as users, (select count(*) from memberships) as pairs',
      );
    const before = await counts();
    await expect(distributed(url)).rejects.toThrow('stop them all');
    await service.stop();
    for (const table of ['orgs', 'memberships']) await killAfter(table, url);
    await expect(startTestService({ ...SETTINGS, DATABASE_URL: url })).rejects.toThrow(
      'run "insightd distribute" again',
    );
    expect(await distributed(url)).toContain('The store is distributed.');
    expect(await counts()).toEqual(before);
    await dropDistributed(url);
  });
});

/** Starts the command and kills it when it has distributed a table. */
async function killAfter(table: string, url: string): Promise<void> {
  const child = spawn(process.execPath, ['dist/apps/cli/main.js', 'distribute'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...childEnvironment(), DATABASE_URL: url, LOG_LEVEL: 'warn' },
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) if (line === table) break;
  child.kill('SIGKILL');
  await ended;
  // Its session ends a moment later.
  await waitFor(async () => {
    const rows = await ask(
      url,
      `select from pg_stat_activity where datname = current_database() and application_name = 'insightd'`,
    );
    return rows.length === 0 ? true : undefined;
  });
}
