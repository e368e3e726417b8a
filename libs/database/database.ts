import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';
import { beginWith, workLimits, type Limits, type WorkLimits } from './limits.js';
import { openPool } from './pools.js';
import { limitSilence } from './watchdog.js';

/** What a query needs: a pool or one connection of it. */
export type Queryable = Pick<pg.ClientBase, 'query'>;
export type Connection = pg.PoolClient;

const RETRIES = 5;
const READY_WITHIN_MS = 2_000;
const BEGIN_SNAPSHOT = 'begin isolation level repeatable read read only';
const SERIALIZATION = new Set(['40001', '40P01']);

const CONNECTIONS_FOR_ROWS = 2;
/**
 * For what is asked all the time, a millisecond each: they wait for each other, not for a long one, and more
 * than the cores of a small machine would only be in each other's way. On two cores, pages from 10
 * connections were 1.5 times as many a second with three as with twelve.
 */
const CONNECTIONS_FOR_QUESTIONS = 4;
/**
 * Kept when there is nothing to do: what a report run needs at a time. A new one has to be made, and
 * the process behind it meets every page of the store for the first time, which made a run 1.5 times as long.
 */
const CONNECTIONS_KEPT = 3;

/** The token of `DatabaseSettings`. */
export const DATABASE_SETTINGS = Symbol('DATABASE_SETTINGS');

/** The address of the store, and the limits of waiting for it in seconds. */
export interface DatabaseSettings {
  DATABASE_URL?: string | undefined;
  DATABASE_POOL_SIZE: number;
  DATABASE_STATEMENT_SECONDS?: number;
  DATABASE_SILENCE_SECONDS?: number;
}

/** A frequent query: its text is parsed and planned once per connection. */
export interface PreparedQuery {
  /** Of its own, and another one when the text changes. */
  name: string;
  text: string;
}

// A pooler in between that gives each statement another connection: not there, or there already.
const NOT_PREPARED = new Set(['26000', '42P05']);

/**
 * The store: plain SQL for queries and bulk, Prisma for single rows. Our SQL expects nothing of a
 * session: behind PgBouncer each transaction may be in another.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  private readonly prismaPool: pg.Pool;
  private readonly shortQueryPool: pg.Pool;
  private readonly limits: WorkLimits;
  private prepares = true;

  constructor(@Inject(DATABASE_SETTINGS) settings: DatabaseSettings) {
    const connectionString = settings.DATABASE_URL!;
    const max = settings.DATABASE_POOL_SIZE;
    this.limits = workLimits(
      settings.DATABASE_STATEMENT_SECONDS,
      settings.DATABASE_SILENCE_SECONDS,
    );
    const { silenceMs } = this.limits.short;
    this.pool = openPool(
      { connectionString, max, min: Math.min(CONNECTIONS_KEPT, max) },
      silenceMs,
    );
    const forQuestions = CONNECTIONS_FOR_QUESTIONS;
    this.shortQueryPool = openPool(
      { connectionString, max: forQuestions, min: forQuestions },
      silenceMs,
    );
    // Prisma's adapter takes each session to be in UTC: it writes instants without a zone, and drops
    // the zone of those it reads (github.com/prisma/prisma issues 26786, 28629). PgBouncer carries a
    // client's time zone along, from session to session.
    this.prismaPool = openPool(
      { connectionString, max: CONNECTIONS_FOR_ROWS, onConnect: setUtc },
      silenceMs,
    );
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.prismaPool) });
  }

  /**
   * Asks a prepared question outside of any transaction. Behind a pooler that does not keep prepared
   * statements it is asked as it is, from the first failure on.
   * @param pool of whose connections it takes one; by default of those for short questions
   */
  async queryPrepared<Row extends pg.QueryResultRow>(
    question: PreparedQuery,
    values: unknown[],
    pool: pg.Pool = this.shortQueryPool,
  ): Promise<Row[]> {
    if (this.prepares) {
      try {
        return (await pool.query<Row>({ ...question, values })).rows;
      } catch (error) {
        if (!NOT_PREPARED.has(sqlState(error))) throw error;
        this.prepares = false;
      }
    }
    return (await pool.query<Row>(question.text, values)).rows;
  }

  /**
   * Runs `work` in one transaction and commits it; begins again, up to five times, when the database
   * rolled it back for the sake of another one (deadlock, serialization).
   * @param duration `long` for work on many rows that no request waits for
   */
  async transaction<T>(
    work: (connection: Connection) => Promise<T>,
    duration: keyof WorkLimits = 'short',
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt('begin', this.limits[duration], work);
      } catch (error) {
        if (attempt === RETRIES || !SERIALIZATION.has(sqlState(error))) throw error;
      }
    }
  }

  /**
   * Runs `work` on one unchanging picture of the store, which two connections share. It must be done
   * with both when it ends.
   */
  async snapshot<T>(work: (pair: [Connection, Connection]) => Promise<T>): Promise<T> {
    const { long } = this.limits;
    return this.attempt(BEGIN_SNAPSHOT, long, async (one) => {
      const { rows } = await one.query<{ id: string }>('select pg_export_snapshot() as id');
      return this.attempt(BEGIN_SNAPSHOT, long, async (other) => {
        // It takes no parameter; PostgreSQL made the text.
        await other.query(`set transaction snapshot ${other.escapeLiteral(rows[0]!.id)}`);
        return work([one, other]);
      });
    });
  }

  /**
   * Asks PostgreSQL for an answer over each pool, as requests do. A connection that does not give one is given up.
   * @throws Error when one has none within two seconds
   */
  async ready(): Promise<void> {
    await settleAll([this.pool, this.shortQueryPool, this.prismaPool].map((pool) => answers(pool)));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect();
    for (const pool of [this.prismaPool, this.shortQueryPool, this.pool])
      if (!pool.ended) await pool.end();
  }

  private async attempt<T>(
    begin: string,
    limits: Limits,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const connection = await this.pool.connect();
    // Once checked out, a connection that breaks says so here as well as in its query.
    const ignore = () => undefined;
    connection.on('error', ignore);
    let broken: Error | undefined;
    limitSilence(connection, limits.silenceMs);
    try {
      await connection.query(beginWith(begin, limits));
      const result = await work(connection);
      await connection.query('commit');
      return result;
    } catch (error) {
      await connection.query('rollback').catch((failure: Error) => (broken = failure));
      throw error;
    } finally {
      connection.off('error', ignore);
      connection.release(broken);
    }
  }
}

/** Like `Promise.all`, but waits for all even when one fails: their connections must not be released earlier. */
export async function settleAll<T extends readonly unknown[] | []>(
  promises: T,
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** @returns a promise, which the pool waits for, though its types do not say so */
function setUtc(client: pg.ClientBase): unknown {
  return client.query(`set time zone 'UTC'`);
}

async function answers(pool: pg.Pool): Promise<void> {
  const late = new AbortController();
  const tooLate = delay(READY_WITHIN_MS, undefined, { signal: late.signal, ref: false }).then(
    () => {
      throw new Error(`no answer within ${READY_WITHIN_MS} ms`);
    },
  );
  const asked = pool.connect().then(async (connection) => {
    limitSilence(connection, READY_WITHIN_MS);
    let broken: Error | undefined;
    await connection
      .query('select 1')
      .catch((error: Error) => {
        broken = error;
        throw error;
      })
      .finally(() => connection.release(broken));
  });
  for (const promise of [asked, tooLate]) promise.catch(() => undefined);
  await Promise.race([asked, tooLate]).finally(() => late.abort());
}

const AWAY_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'],
  ...['EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  // Prisma's: cannot be reached, timed out, closed, and a driver's error that it has no code for.
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2039'],
]);
const READ_ONLY = '25006';
// Cancelled, a lock not granted in time, and a transaction that paused for too long: limits of ours.
const AWAY_STATES = /^(08...|57P0[1-5]|53...|25006|57014|55P03|25P03)$/;
const AWAY_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|cannot use a pool after|connection error and is not queryable/i;

/** Whether an error says that the database cannot be reached just now, rather than that a query was wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  const state = sqlState(error);
  if (AWAY_CODES.has(state) || AWAY_STATES.test(state)) return true;
  return AWAY_MESSAGES.test(error.message) || isDatabaseAway(error.cause);
}

/** Whether the database can only be read, as a standby or one with `default_transaction_read_only` can. */
export function isReadOnly(error: unknown): boolean {
  return sqlState(error) === READ_ONLY;
}

/** The SQLSTATE, or another code, of an error; `''` when it has none. */
export function sqlState(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
