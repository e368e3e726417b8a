import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { aHistory, expectTheModelsAnswers, sendToEach } from '../support/agreement.js';
import { waitFor, type Api } from '../support/api.js';
import { backends } from '../support/backends.js';
import { cleanUpAfterAll } from '../support/cleanup.js';
import {
  ask,
  cloneDatabase,
  createDatabase,
  cloneDatabaseIn,
  dropDatabase,
} from '../support/database.js';
import { openFleet, type Fleet } from '../support/fleet.js';
import { Load, peopleIn, totalsOf } from '../support/load.js';
import { hasPgBouncer, startPgBouncer, type PgBouncer } from '../support/pgbouncer.js';
import { runInsightd } from '../support/processes.js';
import { testSettings } from '../support/service.js';

jest.setTimeout(180_000);

// Far fewer than the 14 connections that each of the three processes may open.
const SESSIONS = 4;

const SESSION_LOCKS = `
  select objid from pg_locks
  where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;

if (!hasPgBouncer) test.todo('insightd behind PgBouncer (there is no pgbouncer here)');
else {
  describe.each(backends)(
    'behind PgBouncer in transaction mode, queues in $name',
    ({ name, open }) => {
      const later = cleanUpAfterAll();
      let bouncer: PgBouncer;
      let fleet: Fleet;
      let apis: Api[];

      beforeAll(async () => {
        bouncer = await startPgBouncer(SESSIONS);
        later(() => bouncer.close());
        const url = await cloneDatabaseIn('America/Los_Angeles');
        // With queues in Redis everything goes through it, once the store is up to date.
        fleet = await openFleet({ name, open }, url, {
          DATABASE_URL: bouncer.through(url),
          ...(name === 'PostgreSQL' && { DATABASE_DIRECT_URL: url }),
        });
        later(() => fleet.close());
        const [one, other] = await Promise.all([
          fleet.startApi(),
          fleet.startApi(),
          fleet.start('worker'),
        ]);
        apis = [one.api, other.api];
      });

      test('events sent concurrently give the same reports and charts as without PgBouncer', async () => {
        const history = aHistory(400);
        await sendToEach(apis, history);
        await expectTheModelsAnswers(apis, fleet.databaseUrl, history);
      });

      test('a load of more writers than sessions is accepted completely, each event once', async () => {
        let next = 0;
        const load = new Load(() => apis[next++ % apis.length]!);
        const before = await peopleIn(apis[0]!);
        const stop = load.start(4 * SESSIONS);
        await waitFor(() => (load.answered.size >= 100 ? true : undefined));
        await stop();
        expect(load.attempts.filter(({ status }) => status !== 200)).toEqual([]);
        await load.sendAllAgain();
        const { people, added, removed } = await totalsOf(apis[1]!);
        expect({ people: people - before.size, added, removed }).toEqual({
          people: load.totals.people,
          added: load.totals.added,
          removed: load.totals.removed,
        });
      });

      test('leaves no lock in the shared sessions', async () => {
        await waitFor(async () => {
          const locks = await ask(fleet.databaseUrl, SESSION_LOCKS);
          return locks.length === 0 ? true : undefined;
        });
      });
    },
  );

  describe('a start behind PgBouncer without DATABASE_DIRECT_URL', () => {
    const later = cleanUpAfterAll();
    let bouncer: PgBouncer;
    beforeAll(async () => {
      bouncer = await startPgBouncer(SESSIONS);
      later(() => bouncer.close());
    });

    const refusal = async (url: string, more: Record<string, string>) => {
      later(() => dropDatabase(url));
      const settings = { ...testSettings(bouncer.through(url)), ...more };
      const { code, stderr } = await runInsightd(['all'], settings);
      expect(stderr).not.toContain(bouncer.through(url));
      return { code, stderr };
    };

    test('names the settings to change when the queues are in PostgreSQL', async () => {
      expect(await refusal(await cloneDatabase(), {})).toEqual({
        code: 1,
        stderr: expect.stringContaining('set REDIS_URL, or DATABASE_DIRECT_URL'),
      });
    });

    test('names the setting to change when a migration is pending, and changes nothing', async () => {
      const url = await createDatabase();
      expect(await refusal(url, { REDIS_URL: 'redis://127.0.0.1:1' })).toEqual({
        code: 1,
        stderr: expect.stringContaining('set DATABASE_DIRECT_URL'),
      });
      expect(await ask(url, `select from pg_tables where schemaname = 'public'`)).toEqual([]);
      expect(await ask(url, SESSION_LOCKS)).toEqual([]);
    });
  });
}
