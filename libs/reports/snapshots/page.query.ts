import type { Ranking } from '#libs/contracts';
import type { Queryable } from '#libs/platform';
import { NUMBERS_BYTES, entryBytes, unpackList, unpackNumbers, type Entry } from './packing.js';

/** A slice of one ranking of one run. */
export interface SnapshotSlice {
  reportId: string;
  total: number;
  entries: Entry[];
}

interface SliceRow {
  report_id: string;
  total: number;
  entries: Buffer;
}

// The packed list is stored uncompressed, so substring reads no more than the page.
const SLICE = `
  select report_id, total, substring(entries from $5 for $6) as entries
  from snapshots
  where run_key = $1 and subject = $2 and report = $3 and "interval" = $4`;

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
  const width = entryBytes(extras);
  const { subject, report, interval } = ranking;
  // substring counts in int4; beyond the end it is empty wherever it begins.
  const first = Math.min(offset * width + 1, 2 ** 31 - 1 - limit * width);
  const { rows } = await db.query<SliceRow>(SLICE, [
    runKey,
    subject,
    report,
    interval,
    first,
    limit * width,
  ]);
  const [row] = rows;
  return (
    row && { reportId: row.report_id, total: row.total, entries: unpackList(row.entries, extras) }
  );
}

const NUMBERS = `
  select key, substring(entries from key * ${NUMBERS_BYTES} + 1 for ${NUMBERS_BYTES}) as numbers
  from snapshots, unnest($3::int[]) key
  where run_key = $1 and subject = $2 and report = 'numbers'`;

/** The two numbers frozen for each of these keys: created at, and last active at or members. */
export async function numbersOf(
  db: Queryable,
  runKey: number,
  subject: Ranking['subject'],
  keys: readonly number[],
): Promise<Map<number, [number, number]>> {
  const { rows } = await db.query<{ key: number; numbers: Buffer }>(NUMBERS, [
    runKey,
    subject,
    keys,
  ]);
  return new Map(rows.map((row) => [row.key, unpackNumbers(row.numbers)]));
}

const TOTALS = `
  select subject, report, "interval", total from snapshots where run_key = $1 and report <> 'numbers'`;

/** How many entries each ranking of a run has. */
export async function totalsOf(
  db: Queryable,
  runKey: number,
): Promise<(Ranking & { total: number })[]> {
  return (await db.query<Ranking & { total: number }>(TOTALS, [runKey])).rows;
}
