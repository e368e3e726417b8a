import type { Ranking } from '#libs/contracts';
import pg, { type QueryResultRow } from 'pg';
import type { Queryable } from '#libs/platform';
import { NUMBERS_BYTES, unpackList, unpackNumbers, type Entry } from './packing.js';
import { snapshotTable } from './snapshots.store.js';

/** A slice of one ranking of one run. */
export interface SnapshotSlice {
  reportId: string;
  total: number;
  entries: Entry[];
}

interface SliceRow {
  report_id: string;
  total: number;
  width: number;
  entries: Buffer;
}

// The packed list is stored uncompressed, so substring reads no more than the page. It counts in int4:
// beyond the end it is empty wherever it begins.
const sliceFrom = (table: string) => `
  select report_id, total, width,
    substring(entries from least($4::bigint * width + 1, ${2 ** 31 - 2 ** 20})::int for $5 * width) as entries
  from ${table}, lateral (select length(entries) / greatest(total, 1) as width) list
  where subject = $1 and report = $2 and "interval" = $3`;

/**
 * Entries `offset` up to `offset + limit` of a ranking; undefined when the run's snapshot is gone.
 * @param extras how many extra values an entry of this report has
 */
export async function sliceOf(
  db: Queryable,
  runKey: number,
  ranking: Ranking,
  extras: number,
  { offset, limit }: { offset: number; limit: number },
): Promise<SnapshotSlice | undefined> {
  const { subject, report, interval } = ranking;
  const values = [subject, report, interval, offset, limit];
  const [row] = await kept<SliceRow>(db, sliceFrom(snapshotTable(runKey)), values);
  if (!row) return undefined;
  const { report_id: reportId, total, width, entries } = row;
  return { reportId, total, entries: total === 0 ? [] : unpackList(entries, extras, width) };
}

const numbersFrom = (table: string) => `
  select key, substring(entries from key * ${NUMBERS_BYTES} + 1 for ${NUMBERS_BYTES}) as numbers
  from ${table}, unnest($2::int[]) key
  where subject = $1 and report = 'numbers'`;

/** The two numbers frozen for each of these keys: created at, and last active at or members. */
export async function numbersOf(
  db: Queryable,
  runKey: number,
  subject: Ranking['subject'],
  keys: readonly number[],
): Promise<Map<number, [number, number]>> {
  const rows = await kept<{ key: number; numbers: Buffer }>(
    db,
    numbersFrom(snapshotTable(runKey)),
    [subject, keys],
  );
  return new Map(rows.map((row) => [row.key, unpackNumbers(row.numbers)]));
}

const totalsFrom = (table: string) => `
  select subject, report, "interval", total from ${table} where report <> 'numbers'`;

/** How many entries each ranking of a run has. */
export async function totalsOf(
  db: Queryable,
  runKey: number,
): Promise<(Ranking & { total: number })[]> {
  return kept(db, totalsFrom(snapshotTable(runKey)), []);
}

const UNDEFINED_TABLE = '42P01';

/** The rows of a snapshot; none when it was pruned in this very moment. */
async function kept<Row extends QueryResultRow>(
  db: Queryable,
  sql: string,
  values: unknown[],
): Promise<Row[]> {
  try {
    return (await db.query<Row>(sql, values)).rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return [];
    throw error;
  }
}
