import { parameters, type Ranking } from '#libs/contracts';
import pg from 'pg';
import type { DisplayProfiles } from '#libs/facts';
import type { Database, Queryable } from '#libs/database';
import {
  NUMBERS_A_PART,
  NUMBERS_BYTES,
  PART_BYTES,
  unpackList,
  unpackNumbers,
  type NumberedEntry,
} from './packing.js';
import { IS_RANKING, snapshotTable } from './snapshots.store.js';
import { SERVED_RUN } from './served-run.js';

/** A slice of one ranking of one run, with the display profiles of its users or orgs. */
export interface SnapshotSlice<Profile> {
  reportId: string;
  total: number;
  entries: NumberedEntry[];
  profiles: Map<number, Profile>;
  /** `run_id` of the run that is served by default. */
  servedRun: string | null;
}

interface SliceRow<ProfileRow> {
  report_id: string;
  total: number;
  width: number;
  page: Buffer;
  /** Null for an empty page. */
  numbers: Buffer | null;
  served_run: string | null;
  /** Null when all of its users or orgs were deleted. */
  profiles: ProfileRow[] | null;
}

/**
 * Selects the entries [`$4`, `$4 + $5`) of the ranking (`$1`, `$2`, `$3`) as one value; none beyond its end. Reads the part
 * that contains the first entry, or the list's last part, and the following parts. `substring` counts bytes as int4: the
 * start is at most that of a part's end. It accepts a start before the first byte and reduces the length accordingly.
 */
export const entriesFrom = (table: string) => `
  select report_id, total, width, string_agg(
    substring(entries from least($4::bigint - first, ${PART_BYTES})::int * width + 1 for $5::int * width),
    '' order by first) as entries
  from ${table}
  where subject = $1 and report = $2 and "interval" = $3 and first < $4::bigint + $5::int
    and first >= (
      select max(first) from ${table}
      where subject = $1 and report = $2 and "interval" = $3 and first <= $4::bigint)
  group by report_id, total, width`;

/**
 * Selects the numbers of the subjects (of kind `$1`) whose `key` is in `keys`, in the order of `position`. One subquery
 * per key: with a join, PostgreSQL scanned all parts, because a new table has no statistics.
 */
export const numbersFrom = (table: string) => `
  select string_agg((
    select substring(entries from (key - first) * ${NUMBERS_BYTES} + 1 for ${NUMBERS_BYTES})
    from ${table}
    where subject = $1 and report = 'numbers' and "interval" = '' and first = key - key % ${NUMBERS_A_PART}
  ), '' order by position)
  from keys`;

// One query for the slice, the numbers and display profiles of its keys (the first four bytes of each entry), and the
// served run: round trips dominate the cost of a page. Profiles are one JSON value, because the driver takes twice
// as long to parse a dozen rows of a dozen columns. The limit on keys is a constant: without it the planner assumes a
// thousand rows, and with a parameter it plans every query again, which takes twice as long as reading the page.
const sliceFrom = (table: string, rowsOf: (keys: string) => string) => `
  with list as (
    select report_id, total, width, entries as page from (${entriesFrom(table)}) slice
  ), keys as (
    select position, get_byte(page, at) | (get_byte(page, at + 1) << 8)
      | (get_byte(page, at + 2) << 16) | (get_byte(page, at + 3) << 24) as key
    from list, generate_series(0, length(page) / greatest(width, 1) - 1) position,
      lateral (select position * width as at) entry
    limit ${parameters.MAX_PAGE_SIZE}
  )
  select list.*, (${numbersFrom(table)}) as numbers, (${SERVED_RUN}) as served_run, (
    select json_agg(row_to_json(profile) order by id, org_id) from (${rowsOf('select key from keys')}) profile
  ) as profiles
  from list`;

/** Entries [`offset`, `offset + limit`) of a ranking; undefined when the run's snapshot was pruned. */
export async function sliceOf<Profile, Row extends { id: number }>(
  db: Database,
  runKey: number,
  { subject, report, interval }: Ranking,
  extras: number,
  profiles: DisplayProfiles<Profile, Row>,
  { offset, limit }: { offset: number; limit: number },
): Promise<SnapshotSlice<Profile> | undefined> {
  const text = sliceFrom(snapshotTable(runKey), (keys) => profiles.rowsOf(keys));
  const question = { name: `${subject}_slice_${runKey}`, text };
  const values = [subject, report, interval, offset, limit];
  const [row] = await kept(() => db.queryPrepared<SliceRow<Row>>(question, values));
  if (!row) return undefined;
  const { report_id: reportId, total, width, page, numbers, served_run: servedRun } = row;
  const entries = numbers === null ? [] : unpackList(page, extras, width);
  return {
    reportId,
    total,
    entries: entries.map((entry, position) => ({
      ...entry,
      numbers: unpackNumbers(numbers!.subarray(position * NUMBERS_BYTES)),
    })),
    profiles: profiles.read(row.profiles ?? []),
    servedRun,
  };
}

const totalsFrom = (table: string) => `
  select subject, report, "interval", total from ${table} where ${IS_RANKING} and first = 0`;

/** The number of entries of each ranking of a run. */
export async function totalsOf(
  db: Queryable,
  runKey: number,
): Promise<(Ranking & { total: number })[]> {
  const sql = totalsFrom(snapshotTable(runKey));
  return kept(async () => (await db.query<Ranking & { total: number }>(sql)).rows);
}

const UNDEFINED_TABLE = '42P01';

/** The rows of a query on a snapshot; empty when the snapshot was pruned. */
export async function kept<Row>(ask: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return [];
    throw error;
  }
}
