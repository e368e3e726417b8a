import type { Ranking } from '#libs/contracts';
import pg from 'pg';
import type { Database, Queryable } from '#libs/platform';
import { SERVED_RUN } from '../runs/runs.store.js';
import { NUMBERS_BYTES, unpackList, unpackNumbers, type Entry } from './packing.js';
import { snapshotTable } from './snapshots.store.js';

/** A slice of one ranking of one run. */
export interface SnapshotSlice {
  reportId: string;
  total: number;
  entries: NumberedEntry[];
  /** `report_runs.id` of the run that reports are served from when no other is asked for. */
  servedRun: number | null;
}

interface NumberedEntry extends Entry {
  /** What the snapshot says of the subject besides: created at, and last active at or members. */
  numbers: [number, number];
}

interface SliceRow {
  report_id: string;
  total: number;
  width: number;
  page: Buffer;
  numbers: Buffer | null;
  served_run: number | null;
}

/** The last place where a page can begin: substring counts in int4. Beyond a list's end it is empty. */
const LAST_BYTE = 2 ** 31 - 2 ** 20;

// Packed values are stored uncompressed, so substring reads no more than the page. With it come the
// numbers of its keys, which are the first four bytes of each entry, and whether there is a later run:
// what a page costs is the ways there and back.
const sliceFrom = (table: string) => `
  with list as (
    select report_id, total, width,
      substring(entries from least($4::bigint * width + 1, ${LAST_BYTE})::int for $5 * width) as page
    from ${table}, lateral (select length(entries) / greatest(total, 1) as width) packed
    where subject = $1 and report = $2 and "interval" = $3
  ), keys as (
    select place, get_byte(page, at) | (get_byte(page, at + 1) << 8)
      | (get_byte(page, at + 2) << 16) | (get_byte(page, at + 3) << 24) as key
    from list, generate_series(0, length(page) / greatest(width, 1) - 1) place,
      lateral (select place * width as at) entry
  )
  select report_id, total, width, page, (
    select string_agg(
      substring(entries from key * ${NUMBERS_BYTES} + 1 for ${NUMBERS_BYTES}), '' order by place)
    from keys, ${table}
    where subject = $1 and report = 'numbers'
  ) as numbers, (${SERVED_RUN}) as served_run
  from list`;

/** Entries `offset` up to `offset + limit` of a ranking; undefined when the run's snapshot is gone. */
export async function sliceOf(
  db: Database,
  runKey: number,
  ranking: Ranking,
  extras: number,
  { offset, limit }: { offset: number; limit: number },
): Promise<SnapshotSlice | undefined> {
  const { subject, report, interval } = ranking;
  const question = { name: `slice_${runKey}`, text: sliceFrom(snapshotTable(runKey)) };
  const values = [subject, report, interval, offset, limit];
  const [row] = await kept(() => db.ask<SliceRow>(question, values));
  if (!row) return undefined;
  const { report_id: reportId, total, width, page, numbers, served_run: servedRun } = row;
  if (numbers === null) return { reportId, total, entries: [], servedRun };
  const entries = unpackList(page, extras, width).map((entry, place) => ({
    ...entry,
    numbers: unpackNumbers(numbers.subarray(place * NUMBERS_BYTES)),
  }));
  return { reportId, total, entries, servedRun };
}

const totalsFrom = (table: string) => `
  select subject, report, "interval", total from ${table} where report <> 'numbers'`;

/** How many entries each ranking of a run has. */
export async function totalsOf(
  db: Queryable,
  runKey: number,
): Promise<(Ranking & { total: number })[]> {
  const sql = totalsFrom(snapshotTable(runKey));
  return kept(async () => (await db.query<Ranking & { total: number }>(sql)).rows);
}

const UNDEFINED_TABLE = '42P01';

/** The rows of a snapshot; none when it was pruned in this very moment. */
async function kept<Row>(ask: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return [];
    throw error;
  }
}
