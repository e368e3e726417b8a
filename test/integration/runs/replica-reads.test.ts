import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database } from '#libs/database';
import { Subjects } from '../../../libs/facts/replica/subjects.js';
import { ask, cloneDatabase, dropDatabase } from '../../support/database.js';

let url: string;
let database: Database;

beforeAll(async () => {
  url = await cloneDatabase();
  database = new Database({ DATABASE_URL: url, DATABASE_POOL_SIZE: 3 });
});

afterAll(async () => {
  await database.onApplicationShutdown();
  await dropDatabase(url);
});

const IDS = ['b', 'a', '\u{1F600}', 'a b', 'ab', 'A', '~', "o'clock", 'é', '\uFB00', 'a\\'];

test('the order of the ids is the same however many keys a row has', async () => {
  const ids = [...IDS, ...Array.from({ length: 50 }, (_, index) => `user ${(index * 37) % 50}`)];
  await ask(url, 'insert into user_ids (user_id) select unnest($1::text[])', [ids]);
  const expected = ids.toSorted((one, other) => Buffer.from(one).compare(Buffer.from(other)));
  const rows = await ask<{ id: number; user_id: string }>(url, 'select id, user_id from user_ids');
  for (const keysARow of [1, 2, 60, 61, 62, 1_000]) {
    const users = Subjects.users();
    await database.snapshot(([db]) => users.readOrder(db, keysARow));
    const found = users.ranks();
    expect({
      keysARow,
      ids: rows
        .toSorted((one, other) => found[one.id]! - found[other.id]!)
        .map((row) => row.user_id),
    }).toEqual({ keysARow, ids: expected });
  }
});
