import type { Connection } from '#libs/database';

/** Rows per fetch: a few hundred kilobytes. */
const FETCHED = 2_000;
/** Rows with bodies or bitmaps are larger. */
export const FETCHED_LARGE = 200;

let count = 0;

/**
 * Streams the rows of a select through a cursor of the transaction. Other statements may run on the same connection
 * between two rows. A COPY cannot wait for a slow reader without blocking the connection.
 */
export async function* rowsOf<Row extends object>(
  db: Connection,
  select: string,
  fetched = FETCHED,
): AsyncGenerator<Row> {
  const name = `export_${count++}`;
  // The whole result is read, so a plan that returns the first rows early would be slower.
  await db.query('set local cursor_tuple_fraction = 1');
  await db.query(`declare ${name} no scroll cursor for ${select}`);
  for (;;) {
    const { rows } = await db.query<Row>(`fetch ${fetched} from ${name}`);
    yield* rows;
    if (rows.length < fetched) break;
  }
  await db.query(`close ${name}`);
}
