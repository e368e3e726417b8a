import pg from 'pg';
import { type Ranking } from '#libs/contracts';
import { COMPARED_RANKINGS } from '../compared.js';
import { definitionOf } from '../../libs/reports/definitions/index.js';
import { unpackList } from '../../libs/reports/snapshots/packing.js';
import { snapshotTable } from '../../libs/reports/snapshots/snapshots.store.js';
import { copyRows } from '#libs/database';
import type { DuckDb } from '../anchors/duckdb.js';
import type { Pass } from '../anchors/passes.js';
import { ReferenceData } from '../reference/reference-data.js';
import type { Bench } from '../stage.js';

const ENTRIES_AT_ONCE = 100_000;

/**
 * Compares every entry of the 22 rankings of a run with DuckDB's: key, order and numbers.
 * @throws Error that names the first entry on which the two disagree
 */
export async function compareSnapshots(
  { databaseUrl, users }: Bench,
  runId: string,
  duckDb: DuckDb,
  pass: Pass,
): Promise<void> {
  const data = new ReferenceData(users);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  try {
    const { rows } = await pool.query<{ id: number }>(
      'select id from report_runs where run_id = $1',
      [runId],
    );
    const indexes = {
      user: await indexesOf(pool, 'user', (id) => data.userIndex(id)),
      org: await indexesOf(pool, 'org', (id) => data.orgIndex(id)),
    };
    for (const ranking of COMPARED_RANKINGS) {
      const theirs = await duckDb.columns(pass.read(ranking));
      await compareRanking(
        pool,
        rows[0]!.id,
        ranking,
        indexes[ranking.subject],
        theirs as number[][],
      );
    }
  } finally {
    await pool.end();
  }
}

/** The index in the reference data of each key of the store, found by the text of the id. */
async function indexesOf(
  pool: pg.Pool,
  subject: Ranking['subject'],
  indexOf: (id: string) => number,
): Promise<Uint32Array> {
  const connection = await pool.connect();
  try {
    const { rows } = await connection.query<{ size: number }>(
      `select coalesce(max(id), 0) + 1 as size from ${subject}_ids`,
    );
    const indexes = new Uint32Array(rows[0]!.size);
    await copyRows(connection, `select id, ${subject}_id from ${subject}_ids`, (row) => {
      indexes[row.int()] = indexOf(row.text());
    });
    return indexes;
  } finally {
    connection.release();
  }
}

interface Packed {
  total: number;
  width: number;
  entries: Buffer;
}

/** A whole ranking from the snapshot: reading it page by page would take a thousand times as long. */
async function readPacked(
  pool: pg.Pool,
  runKey: number,
  { subject, report, interval }: Ranking,
): Promise<Packed> {
  const { rows } = await pool.query<Packed>(
    `select total, width, string_agg(entries, '' order by first) as entries from ${snapshotTable(runKey)}
     where subject = $1 and report = $2 and "interval" = $3
     group by total, width`,
    [subject, report, interval],
  );
  return rows[0] ?? { total: 0, width: 1, entries: Buffer.alloc(0) };
}

async function compareRanking(
  pool: pg.Pool,
  runKey: number,
  ranking: Ranking,
  indexes: Uint32Array,
  [keys, ...extras]: number[][],
): Promise<void> {
  const name = `${ranking.subject}/${ranking.report}/${ranking.interval}`;
  const { total, width, entries } = await readPacked(pool, runKey, ranking);
  if (total !== keys!.length)
    throw new Error(`${name}: insightd lists ${total}, DuckDB ${keys!.length}.`);
  for (let first = 0; first < total; first += ENTRIES_AT_ONCE) {
    const slice = entries.subarray(first * width, (first + ENTRIES_AT_ONCE) * width);
    const unpacked = unpackList(slice, definitionOf(ranking).extras.length, width);
    for (const [index, entry] of unpacked.entries()) {
      const place = first + index;
      const ours = [indexes[entry.key], ...entry.extras].join(', ');
      const theirs = [keys![place], ...extras.map((column) => column[place])].join(', ');
      if (ours === theirs) continue;
      throw new Error(`${name}, place ${place}: insightd has ${ours}, DuckDB ${theirs}.`);
    }
  }
}
