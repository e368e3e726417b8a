import { expect, test } from '@jest/globals';
import { Calendar } from '#libs/contracts';
import { ActivityFold } from '#libs/facts';
import { Database } from '#libs/database';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { cloneDatabase, dropDatabase } from '../../support/database.js';

const later = cleanUpAfterAll();

test('a store whose sequence is behind its pairs gives a new pair a new key', async () => {
  const url = await cloneDatabase();
  later(() => dropDatabase(url));
  const database = new Database({ DATABASE_URL: url, DATABASE_POOL_SIZE: 2 });
  later(() => database.onApplicationShutdown());
  const fold = () => new ActivityFold(database, new Calendar());
  const known = [1, 2, 3].map((user) => ({ user, org: 5 }));
  expect([...(await fold().pairKeys(known))]).toEqual([1, 2, 3]);

  // As after logical replication, which copies no sequences.
  await database.pool.query(`select setval('activity_pairs_id_seq', 1, false)`);
  const restarted = fold();
  expect([...(await restarted.pairKeys([{ user: 200, org: 7 }, ...known]))]).toEqual([4, 1, 2, 3]);
  expect([...(await restarted.pairKeys([{ user: 201, org: 7 }]))]).toEqual([5]);
});
