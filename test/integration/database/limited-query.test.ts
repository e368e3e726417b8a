import { beforeAll, expect, test } from '@jest/globals';
import { Database } from '#libs/database';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { createDatabase } from '../../support/database.js';

const later = cleanUpAfterAll();
let database: Database;

beforeAll(async () => {
  // One connection: each query runs in the session of the query before.
  database = new Database({
    DATABASE_URL: await createDatabase(),
    DATABASE_POOL_SIZE: 1,
    DATABASE_STATEMENT_SECONDS: 1,
  });
  later(() => database.onApplicationShutdown());
});

const SETTINGS = `
  select current_setting('statement_timeout') as limit, current_setting('work_mem') as memory`;

test('a limited query has its limits and settings, and leaves none in the session', async () => {
  const before = await database.pool.query<object>(SETTINGS);
  const limited = await database.queryLimited(SETTINGS, [], ["set local work_mem = '7MB'"]);
  expect(limited).toEqual([{ limit: '1s', memory: '7MB' }]);
  expect((await database.pool.query<object>(SETTINGS)).rows).toEqual(before.rows);
});

test('a limited query ends at the limit, and its connection can be used again', async () => {
  const endless = database.queryLimited('select pg_sleep($1)', [60]);
  await expect(endless).rejects.toMatchObject({ code: '57014' });
  expect(await database.queryLimited('select 1 as one', [])).toEqual([{ one: 1 }]);
  await expect(database.queryLimited('select 1 / 0', [])).rejects.toMatchObject({ code: '22012' });
  expect((await database.pool.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
});

const FAIL = `
  create function fail_until(times int) returns int language plpgsql as $$
  declare
    call int := nextval('calls');
  begin
    if call < times then raise exception using errcode = '40001'; end if;
    return call;
  end $$`;

const FAIL_UNTIL = 'select fail_until($1) as call';

test('a limited query is repeated when a standby cancels it because of its recovery', async () => {
  await database.pool.query('create sequence calls');
  await database.pool.query(FAIL);
  expect(await database.queryLimited(FAIL_UNTIL, [3])).toEqual([{ call: 3 }]);
  const failing = database.queryLimited(FAIL_UNTIL, [100]);
  await expect(failing).rejects.toMatchObject({ code: '40001' });
  const { rows } = await database.pool.query(`select nextval('calls')::int as call`);
  expect(rows).toEqual([{ call: 9 }]);
});
