import { beforeAll, expect, test } from '@jest/globals';
import { Database } from '#libs/database';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { createDatabase } from '../../support/database.js';

const later = cleanUpAfterAll();
let url: string;

beforeAll(async () => {
  url = await createDatabase();
});

/** The sessions of a snapshot, and the rows that each sees after a row was added. */
async function lookInto(poolSize: number): Promise<{ sessions: number; rows: number[] }> {
  const database = new Database({ DATABASE_URL: url, DATABASE_POOL_SIZE: poolSize });
  later(() => database.onApplicationShutdown());
  const table = `seen_with_${poolSize}`;
  await database.pool.query(`create table ${table} (number int)`);
  return database.snapshot(async (connections) => {
    // There is always a connection left.
    await database.pool.query(`insert into ${table} values (1)`);
    const [sessions, rows] = [new Set<number>(), [] as number[]];
    for (const connection of connections) {
      const text = `select pg_backend_pid() as session, count(*)::int as seen from ${table}`;
      const found = await connection.query<{ session: number; seen: number }>(text);
      sessions.add(found.rows[0]!.session);
      rows.push(found.rows[0]!.seen);
    }
    return { sessions: sessions.size, rows };
  });
}

test('three connections share a snapshot', async () => {
  expect(await lookInto(4)).toEqual({ sessions: 3, rows: [0, 0, 0] });
});

test('with the smallest pool, two connections share a snapshot, so that one is left', async () => {
  expect(await lookInto(3)).toEqual({ sessions: 2, rows: [0, 0, 0] });
});
