import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { chartValues } from '#libs/charts';
import { Calendar } from '#libs/contracts';
import { Bitset, forgetIdentities } from '#libs/facts';
import { blocksOf } from '#libs/segments';
import { ask, cloneDatabase, dropDatabase } from '../../support/database.js';
import { childEnvironment } from '../../support/environment.js';

jest.setTimeout(60_000);

let url: string;
beforeAll(async () => {
  url = await cloneDatabase();
});
afterAll(() => dropDatabase(url));

/** The statements that only a distributed store runs are plain SQL: here they run on local tables. */
describe('the statements of a distributed store', () => {
  /** Runs `work` with the statements of a distributed store or of a local one, then undoes it. */
  async function as<Result>(
    distribution: 'complete' | null,
    work: (db: pg.Client) => Promise<Result>,
  ): Promise<Result> {
    const db = new pg.Client({ connectionString: url });
    await db.connect();
    try {
      await db.query('begin');
      await db.query(
        `insert into instance (invitee_hash_key, invitee_hash_fingerprint, distribution) values ('', '', $1)`,
        [distribution],
      );
      return await work(db);
    } finally {
      await db.end();
    }
  }
  const both = ['complete', null] as const;

  const DAY_MS = 86_400_000;
  const MONDAY = Date.UTC(2026, 0, 5);
  /** Active users by day, counted from Monday. */
  const ACTIVE = { 0: [1, 2], 1: [2, 3], 6: [5000], 7: [1], 9: [1, 4101], 30: [3] };
  const EXCLUDED = [3];
  const week = (index: number) => ({
    from: MONDAY + index * 7 * DAY_MS,
    before: MONDAY + (index + 1) * 7 * DAY_MS,
  });
  const bitsOf = (keys: readonly number[]) => {
    const set = new Bitset(8192);
    for (const key of keys) set.add(key);
    return blocksOf(set);
  };

  test.each(both)('chart of active users by week (distribution: %s)', async (distribution) => {
    await as(distribution, async (db) => {
      for (const [day, keys] of Object.entries(ACTIVE)) {
        const { blocks, bits } = bitsOf(keys);
        await db.query(
          `insert into activity select $1::date, block, ('x' || bits)::bit(4096)
           from unnest($2::int[], $3::text[]) s (block, bits)`,
          [new Date(MONDAY + Number(day) * DAY_MS), blocks, bits],
        );
      }
      const { blocks, bits } = bitsOf(EXCLUDED);
      await db.query(
        `insert into excluded_users select block, ('x' || bits)::bit(4096)
         from unnest($1::int[], $2::text[]) s (block, bits)`,
        [blocks, bits],
      );
      const periods = [week(0), week(1), week(2), week(4), { ...week(0), before: week(4).before }];
      const values = (segment?: readonly number[]) =>
        chartValues(db, new Calendar(), 'active_users', periods, segment && bitsOf(segment));
      expect(await values()).toEqual([3, 2, 0, 0, 4]);
      expect(await values([2, 4101])).toEqual([1, 1, 0, 0, 2]);
    });
  });

  test.each(both)('old identities are forgotten (distribution: %s)', async (distribution) => {
    await as(distribution, async (db) => {
      await db.query(
        `insert into event_identities (source, event_id, received_at)
         select source, event_id, now() - make_interval(days => age)
         from (values ('app', 'old', 31), ('app', 'new', 29), ('ordered', 'kept', 400)) s (source, event_id, age)`,
      );
      expect(await forgetIdentities(db, 30, ['ordered'])).toBe(false);
      const { rows } = await db.query(
        'select event_id as id from event_identities order by event_id',
      );
      expect(rows).toEqual([{ id: 'kept' }, { id: 'new' }]);
    });
  });
});

/** Runs a command that fails. @returns its error output */
async function failureOf(command: string): Promise<string> {
  const env = { ...childEnvironment(), DATABASE_URL: url, LOG_LEVEL: 'error' };
  const run = promisify(execFile)(process.execPath, ['dist/apps/cli/main.js', command], { env });
  return run.then(
    () => 'no failure',
    (error: { stderr: string }) => error.stderr,
  );
}

describe('a store whose facts are elsewhere without its knowledge', () => {
  test('cannot be distributed without Citus', async () => {
    expect(await failureOf('distribute')).toContain('Citus is not installed in this database');
  });

  test('is refused while its distribution is not complete, or when its tables are local', async () => {
    const record = (state: string) =>
      ask(
        url,
        `insert into instance (invitee_hash_key, invitee_hash_fingerprint, distribution) values ('', '', $1)
         on conflict (id) do update set distribution = excluded.distribution`,
        [state],
      );
    await record('begun');
    expect(await failureOf('migrate')).toContain('run "insightd distribute" again');
    await record('complete');
    expect(await failureOf('migrate')).toContain('its table user_ids is not');
    await ask(url, 'delete from instance');
  });

  test('is refused with a foreign table, with a sentence that names the command', async () => {
    await ask(url, 'create extension postgres_fdw');
    await ask(url, 'create server elsewhere foreign data wrapper postgres_fdw');
    await ask(url, 'alter table memberships rename to memberships_before');
    await ask(
      url,
      'create foreign table memberships (user_key int, org_key int, steps bytea) server elsewhere',
    );
    expect(await failureOf('migrate')).toMatch(/table memberships is foreign.*insightd distribute/);
  });
});
