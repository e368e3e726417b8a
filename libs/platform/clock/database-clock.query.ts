import type { Queryable } from '#libs/database';
import { Clock } from './clock.js';

const NOW = `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`;

/** The time of the database's clock, in milliseconds since 1970. */
export async function databaseNow(db: Queryable): Promise<number> {
  return (await db.query<{ ms: number }>(NOW)).rows[0]!.ms;
}

/** A clock set once to the database's time, for a short command. */
export async function databaseClock(db: Queryable): Promise<Clock> {
  const clock = new Clock();
  clock.set(await databaseNow(db), performance.now());
  return clock;
}
