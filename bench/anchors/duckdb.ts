import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Closable } from '../closing.js';
import type { Bench } from '../stage.js';
import { fillDuckDb } from './duckdb-data.js';

const FILE = 'reference.duckdb';
const MADE = 'duckdb.txt';
/** The number of cores of the reference machine. */
const THREADS = 2;
/** Half of the memory is left to PostgreSQL, the worker and the api: by default DuckDB takes four fifths. */
const MEMORY = `${Math.floor(totalmem() / 2 ** 21)}MiB`;

/** A DuckDB with the reference data, loaded directly from the generator, so that errors of insightd's load show. */
export interface DuckDb extends Closable {
  run: (sql: string) => Promise<void>;
  /** The columns of an answer; whole numbers of up to 32 bits as numbers, larger ones as bigints. */
  columns: (sql: string) => Promise<unknown[][]>;
}

/** Opens the DuckDB of the bench's size. Creates it if it is missing or was created by other code. */
export async function openDuckDb(bench: Bench): Promise<DuckDb> {
  const { folder, users } = bench;
  const file = join(folder, FILE);
  const marker = join(folder, MADE);
  const digest = digestOfMaking();
  const isThere = existsSync(marker) && readFileSync(marker, 'utf8') === digest;
  if (!isThere) for (const path of [file, `${file}.wal`, marker]) rmSync(path, { force: true });
  const limits = { threads: String(THREADS), memory_limit: MEMORY };
  const instance = await DuckDBInstance.create(file, limits);
  const connection = await instance.connect();
  if (!isThere) {
    bench.progress('filling DuckDB with the same data');
    await fillDuckDb(connection, users);
    writeFileSync(marker, digest);
  }
  return over(connection, () => {
    connection.closeSync();
    instance.closeSync();
  });
}

function over(connection: DuckDBConnection, close: () => void): DuckDb {
  return {
    run: async (sql) => void (await connection.run(sql)),
    columns: async (sql) => (await connection.runAndReadAll(sql)).getColumns(),
    close: () => Promise.resolve(close()),
  };
}

/** A version that changes with the data and with the code that fills it in. */
function digestOfMaking(): string {
  const hash = createHash('sha256');
  for (const folder of ['../reference', '.']) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    const made = /duckdb-data|spans/;
    const files = readdirSync(path).filter((name) => name.endsWith('.js'));
    const chosen = folder === '.' ? files.filter((name) => made.test(name)) : files;
    for (const name of chosen.sort()) hash.update(readFileSync(join(path, name)));
  }
  return hash.digest('hex');
}
