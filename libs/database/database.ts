import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { PrismaPg } from '@prisma/adapter-pg';
import { within } from '#libs/contracts';
import { PrismaClient } from './generated/client.js';
import { beginWith, limitsOf, workLimits, type Limits, type WorkLimits } from './limits.js';
import { openPool } from './pools.js';
import { preparing } from './preparing.js';
import { limitSilence } from './watchdog.js';

/** Runs queries: a pool or a single connection. */
export type Queryable = Pick<pg.ClientBase, 'query'>;
export type Connection = pg.PoolClient;

const RETRIES = 5;
const READY_WITHIN_MS = 2_000;
const BEGIN_SNAPSHOT = 'begin isolation level repeatable read read only';
const SERIALIZATION = new Set(['40001', '40P01']);

const CONNECTIONS_FOR_ROWS = 2;
/**
 * For frequent queries of about a millisecond each. In a pool of their own they never wait for a long query, and more
 * connections than cores only compete for the processor. On two cores, 10 HTTP connections read 1.5 times as many
 * pages per second with three database connections as with twelve.
 */
const CONNECTIONS_FOR_QUESTIONS = 4;
/**
 * Connections kept open while idle: as many as a report run uses at a time. The server process behind a new connection
 * accesses each page of the store for the first time, which made a run 1.5 times as long.
 */
const CONNECTIONS_KEPT = 3;

/** Injection token of `DatabaseSettings`. */
export const DATABASE_SETTINGS = Symbol('DATABASE_SETTINGS');

/** The address of the store, the size of the main pool, and time limits in seconds. */
export interface DatabaseSettings {
  DATABASE_URL?: string | undefined;
  DATABASE_POOL_SIZE: number;
  DATABASE_STATEMENT_SECONDS?: number;
  DATABASE_SILENCE_SECONDS?: number;
}

/** A frequent query. PostgreSQL parses its text once per connection. */
export interface PreparedQuery {
  /** Unique; must change when the text changes. */
  name: string;
  text: string;
}

// SQLSTATEs behind a pooler that may run each statement on another connection: the prepared statement does not exist,
// or already exists.
const NOT_PREPARED = new Set(['26000', '42P05']);

/**
 * The store: plain SQL for queries and bulk writes, Prisma for single rows. The SQL keeps no state in a session:
 * behind PgBouncer each transaction may run in another one.
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
    // Prisma's adapter assumes that each session is in UTC: it writes instants without a zone and ignores the zone of
    // those that it reads (github.com/prisma/prisma issues 26786, 28629). PgBouncer restores a client's time zone in
    // each session that it assigns.
    this.prismaPool = openPool(
      { connectionString, max: CONNECTIONS_FOR_ROWS, onConnect: setUtc },
      silenceMs,
    );
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.prismaPool) });
  }

  /**
   * Runs a prepared query outside of any transaction. When a pooler does not support prepared statements, this query
   * and all later ones run unprepared.
   * @param pool the pool that the connection comes from; by default the one for short queries
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
   * Runs a query that only reads, with the limits of a short transaction, in one round trip: PostgreSQL runs statements
   * that arrive together in one transaction.
   * @param text without parameters; values are literals. Only settings of the transaction may precede the query
   */
  async queryLimited<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    const statements: unknown = await this.pool.query(`${limitsOf(this.limits.short)}; ${text}`);
    return (statements as pg.QueryResult<Row>[]).at(-1)!.rows;
  }

  /**
   * Runs `work` in one transaction and commits it. Makes up to five attempts when the database rolls the transaction
   * back because of another one (deadlock, serialization failure).
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
   * Like `transaction`, but PostgreSQL parses each statement with parameters once per connection. For frequent work
   * whose statements have constant texts.
   */
  async preparedTransaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    if (!this.prepares) return this.transaction(work);
    try {
      return await this.transaction((connection) => work(preparing(connection)));
    } catch (error) {
      if (!NOT_PREPARED.has(sqlState(error))) throw error;
      this.prepares = false;
      return this.transaction(work);
    }
  }

  /**
   * Runs `work` on two connections that share one snapshot of the store. `work` must not use either connection after
   * it ends.
   */
  async snapshot<T>(work: (pair: [Connection, Connection]) => Promise<T>): Promise<T> {
    const { long } = this.limits;
    return this.attempt(BEGIN_SNAPSHOT, long, async (one) => {
      const { rows } = await one.query<{ id: string }>('select pg_export_snapshot() as id');
      return this.attempt(BEGIN_SNAPSHOT, long, async (other) => {
        // The statement takes no parameters; the id comes from PostgreSQL.
        await other.query(`set transaction snapshot ${other.escapeLiteral(rows[0]!.id)}`);
        return work([one, other]);
      });
    });
  }

  /**
   * Runs a trivial query over each pool. A connection that does not answer is destroyed.
   * @throws Error when a pool does not answer within two seconds
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
    // A connection that breaks while checked out also emits `error`; its query rejects as well.
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

/**
 * Like `Promise.all`, but waits for all even when one fails: their connections must not be released earlier.
 * @throws the first failure in time: the other statements of its transaction fail too, but do not show the reason
 */
export async function settleAll<T extends readonly unknown[] | []>(
  promises: T,
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  const all = Promise.all(promises);
  await Promise.allSettled([all, ...promises]);
  return all;
}

/** @returns a promise; the pool awaits it, although its types do not declare that */
function setUtc(client: pg.ClientBase): unknown {
  return client.query(`set time zone 'UTC'`);
}

async function answers(pool: pg.Pool): Promise<void> {
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
  await within(READY_WITHIN_MS, asked);
}

const AWAY_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'],
  ...['EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  // Prisma's codes: cannot be reached, timed out, closed, and a driver error without a code of its own.
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2039'],
]);
const READ_ONLY = '25006';
// The last three are limits set by insightd: statement cancelled, lock not granted in time, transaction idle too long.
const AWAY_STATES = /^(08...|57P0[1-5]|53...|25006|57014|55P03|25P03)$/;
// Of the driver, then of Citus about a node, then of libpq: Citus passes those on without a code.
const AWAY_MESSAGES = new RegExp(
  [
    ...['connection terminated', 'timeout exceeded when trying to connect', 'query read timeout'],
    ...['cannot use a pool after', 'connection error and is not queryable'],
    ...['failure on connection marked as essential', 'connection to the remote node'],
    ...['connection establishment for node', 'could not establish any connections to the node'],
    'failed to copy to shard',
    ...['server closed the connection unexpectedly', 'connection not open'],
    ...['no connection to the server', 'could not (receive|send) data (from|to) server'],
    ...['ssl syscall error', 'ssl error: ', 'ssl connection has been closed unexpectedly'],
  ].join('|'),
  'i',
);

/** Whether an error means that the database is unavailable for the moment, rather than that a query is wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  const state = sqlState(error);
  if (AWAY_CODES.has(state) || AWAY_STATES.test(state)) return true;
  return AWAY_MESSAGES.test(error.message) || isDatabaseAway(error.cause);
}

/** Whether an error means that the database is read-only, such as a standby or with `default_transaction_read_only`. */
export function isReadOnly(error: unknown): boolean {
  return sqlState(error) === READ_ONLY;
}

/** The SQLSTATE or other code of an error; `''` when it has none. */
export function sqlState(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
