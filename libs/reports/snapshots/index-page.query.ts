import { INDEX_VALUES, type Subject } from '#libs/contracts';
import type { DisplayProfiles } from '#libs/facts';
import type { Database, Queryable } from '#libs/database';
import { NUMBERS_BYTES, PART_BYTES, unpackNumbers } from './packing.js';
import { hasList, valuesOfMany } from './keyed.query.js';
import { kept, numbersFrom } from './page.query.js';
import { SERVED_RUN } from './served-run.js';
import { INDEX, INDEX_KEYS, NUMBERS } from './lists.js';
import { snapshotTable } from './snapshots.store.js';

/** The values of the index that are among the numbers of all reports, and their position there. */
export const POSITION_IN_NUMBERS: Record<Subject, Partial<Record<string, 0 | 1>>> = {
  user: { created_at: 0, last_active_at: 1 },
  org: { created_at: 0, num_users: 1 },
};

/** The stored index of a run. */
export interface StoredIndex {
  /** The id of the list of keys, which differs after the store was restored. */
  reportId: string;
  /** Bytes per value of each column. */
  widths: ReadonlyMap<string, number>;
}

/** A user or an org of an index. */
export interface IndexEntry {
  key: number;
  /** The numbers of all reports: the creation, and the last activity of a user or the number of members of an org. */
  numbers: [number, number];
  /** The stored value of a column; 0 when the run does not have the column. */
  stored: (name: string) => number;
}

/** Some users or orgs of an index, with their display profiles. */
export interface IndexSlice<Profile> {
  entries: IndexEntry[];
  profiles: Map<number, Profile>;
  /** `run_id` of the run that is served by default. */
  servedRun: string | null;
}

const listsFrom = (table: string) => `
  select "interval" as name, width, report_id as "reportId" from ${table}
  where subject = $1 and report = '${INDEX}' and first = 0`;

/** The columns of the index in a run; undefined when its snapshot has no index or was pruned. */
export async function storedIndex(
  db: Queryable,
  runKey: number,
  subject: Subject,
): Promise<StoredIndex | undefined> {
  const lists = await kept(async () => {
    const sql = listsFrom(snapshotTable(runKey));
    return (await db.query<{ name: string; width: number; reportId: string }>(sql, [subject])).rows;
  });
  const keys = lists.find(({ name }) => name === INDEX_KEYS);
  if (!keys) return undefined;
  const widths = new Map(lists.map(({ name, width }) => [name, width]));
  return { reportId: keys.reportId, widths };
}

// One index look-up per key and column. `$3` is the list of widths, 0 for a column that the run does not have.
const columnFrom = (table: string, name: string, position: number) => `(
  select string_agg((
    select substring(entries from (key - first) * ($3::int[])[${position}] + 1 for ($3::int[])[${position}])
    from ${table}
    where subject = $1 and report = '${INDEX}' and "interval" = '${name}'
      and first = key - key % (${PART_BYTES} / nullif(($3::int[])[${position}], 0))
  ), '' order by position) from keys) as "${name}"`;

// The planner assumes ten keys. With `generate_subscripts` it assumes a thousand and reads all orgs for a page: 4 ms of CPU
// instead of 0.6 with 10,000 orgs.
const sliceFrom = (table: string, names: readonly string[], rowsOf: (keys: string) => string) => `
  with keys as (select key, position from unnest($2::int[]) with ordinality as k (key, position))
  select (${numbersFrom(table)}) as numbers,
    ${names.map((name, index) => `${columnFrom(table, name, index + 1)},`).join('\n')}
    (${SERVED_RUN}) as served_run, (
      select json_agg(row_to_json(profile) order by id, org_id) from (${rowsOf('select key from keys')}) profile
    ) as profiles
  from ${table} list
  where list.subject = $1 and list.report = '${INDEX}' and list."interval" = '${INDEX_KEYS}' and list.first = 0
    and list.report_id = $4`;

/** The values of columns by name; null for an empty slice. */
type SliceRow<ProfileRow> = Record<string, Buffer | null> & {
  served_run: string | null;
  profiles: ProfileRow[] | null;
};

/** The values that are columns of the index, not among the numbers of all reports. */
function storedNames(subject: Subject): string[] {
  return INDEX_VALUES[subject].filter((name) => POSITION_IN_NUMBERS[subject][name] === undefined);
}

/** The values and profiles of some keys of the index; undefined when the snapshot was pruned or replaced. */
export async function indexSliceOf<Profile, Row extends { id: number }>(
  db: Database,
  runKey: number,
  subject: Subject,
  { reportId, widths }: StoredIndex,
  profiles: DisplayProfiles<Profile, Row>,
  keys: Uint32Array,
): Promise<IndexSlice<Profile> | undefined> {
  const names = storedNames(subject);
  const text = sliceFrom(snapshotTable(runKey), names, (some) => profiles.rowsOf(some));
  const question = { name: `${subject}_index_${runKey}`, text };
  const widthOf = (name: string) => widths.get(name) ?? 0;
  const values = [subject, [...keys], names.map(widthOf), reportId];
  const [row] = await kept(() => db.queryPrepared<SliceRow<Row>>(question, values));
  if (!row) return undefined;
  const entries = Array.from(keys, (key, position): IndexEntry => {
    const stored = (name: string) => {
      const width = widthOf(name);
      return width === 0 ? 0 : row[name]!.readUIntLE(position * width, width);
    };
    const numbers = unpackNumbers(row.numbers!.subarray(position * NUMBERS_BYTES));
    return { key, numbers, stored };
  });
  return { entries, profiles: profiles.read(row.profiles ?? []), servedRun: row.served_run };
}

/** Reads the values of thousands of keys of the index, by position; undefined when the snapshot was pruned or replaced. */
export async function manyEntriesOf(
  db: Queryable,
  runKey: number,
  subject: Subject,
  { reportId, widths }: StoredIndex,
  keys: Uint32Array,
): Promise<((position: number) => IndexEntry) | undefined> {
  const numbersList = { subject, report: NUMBERS, interval: '' };
  const numbers = await valuesOfMany(db, runKey, numbersList, NUMBERS_BYTES, keys);
  const columns = new Map<string, Buffer | undefined>();
  for (const name of storedNames(subject)) {
    const width = widths.get(name);
    if (width === undefined) continue;
    const column = { subject, report: INDEX, interval: name };
    columns.set(name, await valuesOfMany(db, runKey, column, width, keys));
  }
  const keysList = { subject, report: INDEX, interval: INDEX_KEYS };
  if (!numbers || !(await hasList(db, runKey, keysList, reportId))) return undefined;
  return (position) => ({
    key: keys[position]!,
    numbers: unpackNumbers(numbers.subarray(position * NUMBERS_BYTES)),
    stored: (name) => {
      const width = widths.get(name) ?? 0;
      return columns.get(name)?.readUIntLE(position * width, width) ?? 0;
    },
  });
}
