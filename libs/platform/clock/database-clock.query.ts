import type { Queryable } from '#libs/database';

const NOW = `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`;

/** The time of the database's clock, in milliseconds since 1970. */
export async function databaseNow(db: Queryable): Promise<number> {
  return (await db.query<{ ms: number }>(NOW)).rows[0]!.ms;
}
