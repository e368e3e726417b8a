import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { PrismaPg } from '@prisma/adapter-pg';
import { within } from '#libs/contracts';
import { PrismaClient } from './generated/client.js';
import { sqlState } from './away.js';
import { beginWith, workLimits, type Limits, type WorkLimits } from './limits.js';
import { openPool } from './pools.js';
import { preparing } from './preparing.js';
import { limitSilence } from './watchdog.js';

/** Runs queries: a pool or a single connection. */
export type Queryable = Pick<pg.ClientBase, 'query'>;
export type Connection = pg.PoolClient;
/** Connections that share one snapshot of the store, which PostgreSQL serves in parallel. */
export type Snapshot = readonly [Connection, Connection, Connection];

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
const CONNECTIONS_KEPT = 4;
/** A smaller pool has two connections for a snapshot, so that one is left for other work of the process. */
const POOL_FOR_THREE = 4;

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
   * Runs a query that only reads, with the limits of a short transaction and as many attempts as `transaction`: a standby
   * cancels queries that its recovery conflicts with.
   * @param values parameters, not literals: PostgreSQL writes the text of a query that fails into its log
   * @param settings statements that set settings of the transaction
   */
  async queryLimited<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[],
    settings: readonly string[] = [],
  ): Promise<Row[]> {
    const begin = ['begin', ...settings].join('; ');
    const ask = async (connection: Connection) => (await connection.query<Row>(text, values)).rows;
    return repeated(() => this.attempt(begin, this.limits.short, ask));
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
    return repeated(() => this.attempt('begin', this.limits[duration], work));
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
   * Runs `work` on connections that share one snapshot of the store. With a pool of fewer than four connections, the
   * third is the second. `work` must not use any of them after it ends.
   */
  async snapshot<T>(work: (connections: Snapshot) => Promise<T>): Promise<T> {
    return this.attempt(BEGIN_SNAPSHOT, this.limits.long, async (one) => {
      const { rows } = await one.query<{ id: string }>('select pg_export_snapshot() as id');
      const { id } = rows[0]!;
      return this.withSnapshot(id, (other) => {
        if (this.pool.options.max < POOL_FOR_THREE) return work([one, other, other]);
        return this.withSnapshot(id, (third) => work([one, other, third]));
      });
    });
  }

  /** Runs `work` on one more connection with an exported snapshot. */
  private withSnapshot<T>(id: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.attempt(BEGIN_SNAPSHOT, this.limits.long, async (connection) => {
      // The statement takes no parameters; the id comes from PostgreSQL.
      await connection.query(`set transaction snapshot ${connection.escapeLiteral(id)}`);
      return work(connection);
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

/** Makes up to five attempts at work that the database rolls back because of other work. */
async function repeated<T>(attempt: () => Promise<T>): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      if (made === RETRIES || !SERIALIZATION.has(sqlState(error))) throw error;
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
