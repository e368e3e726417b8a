import { expect, test } from '@jest/globals';
import { Database, copyRows } from '#libs/database';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { createDatabase } from '../../support/database.js';

const later = cleanUpAfterAll();

const ROWS = 100_000;
/** Of the reader, for a row: slower than PostgreSQL, so that a chunk always waits in the socket. */
const ROW_MS = 0.01;
/** A chunk of 64 kB has about 1,500 rows. */
const MOST_ROWS = 10_000;

test('while many slow rows are read, other work of the process has its turns', async () => {
  const settings = { DATABASE_URL: await createDatabase(), DATABASE_POOL_SIZE: 1 };
  const database = new Database(settings);
  later(() => database.onApplicationShutdown());
  let [sum, sinceTurn, most] = [0, 0, 0];
  let isReading = true;
  const takeTurn = () => {
    sinceTurn = 0;
    if (isReading) setImmediate(takeTurn);
  };
  setImmediate(takeTurn);
  await database.transaction((connection) =>
    copyRows(connection, `select n, repeat('x', 20) from generate_series(1, ${ROWS}) n`, (row) => {
      const begunAt = performance.now();
      sum += row.int();
      row.pass();
      while (performance.now() - begunAt < ROW_MS);
      most = Math.max(most, ++sinceTurn);
    }),
  );
  isReading = false;
  expect(sum).toBe((ROWS * (ROWS + 1)) / 2);
  expect(most).toBeLessThan(MOST_ROWS);
});
