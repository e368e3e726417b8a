import { expect, test } from '@jest/globals';
import { Database, copyRows } from '#libs/database';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { createDatabase } from '../../support/database.js';

const later = cleanUpAfterAll();

const ROWS = 200_000;
/** Of the reader, for all rows. */
const BUSY_MS = 400;

test('while many slow rows are read, other work of the process has its turns', async () => {
  const settings = { DATABASE_URL: await createDatabase(), DATABASE_POOL_SIZE: 1 };
  const database = new Database(settings);
  later(() => database.onApplicationShutdown());
  let [read, sum, turns] = [0, 0, 0];
  let isReading = true;
  const takeTurn = () => {
    turns++;
    if (isReading) setImmediate(takeTurn);
  };
  setImmediate(takeTurn);
  const begunAt = performance.now();
  await database.transaction((connection) =>
    copyRows(connection, `select n, repeat('x', 20) from generate_series(1, ${ROWS}) n`, (row) => {
      sum += row.int();
      row.pass();
      while (performance.now() - begunAt < (read / ROWS) * BUSY_MS);
      read++;
    }),
  );
  isReading = false;
  expect([read, sum]).toEqual([ROWS, (ROWS * (ROWS + 1)) / 2]);
  expect(turns).toBeGreaterThan(20);
});
