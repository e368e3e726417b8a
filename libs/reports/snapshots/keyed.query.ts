import type { Ranking } from '#libs/contracts';
import type { DisplayProfiles } from '#libs/facts';
import type { Queryable } from '#libs/database';
import { NUMBERS_BYTES, unpackNumbers } from './packing.js';
import { kept, numbersFrom } from './page.query.js';
import { snapshotTable } from './snapshots.store.js';

const numbersOfKeys = (table: string) => `
  with keys as (select * from unnest($2::int[]) with ordinality as k (key, position))
  select (${numbersFrom(table)}) as numbers
  where exists (
    select from ${table}
    where subject = $1 and report = $3 and "interval" = $4 and first = 0 and report_id = $5)`;

/**
 * The two numbers of each of some keys in a run, in the order of the keys; undefined when the run's snapshot was
 * pruned or replaced.
 * @param reportId the id of the ranking in the snapshot, which differs after the store was restored
 */
export async function numbersOf(
  db: Queryable,
  runKey: number,
  { subject, report, interval }: Ranking,
  reportId: string,
  keys: readonly number[],
): Promise<[number, number][] | undefined> {
  const ask = () =>
    db.query<{ numbers: Buffer | null }>(numbersOfKeys(snapshotTable(runKey)), [
      ...[subject, keys, report, interval, reportId],
    ]);
  const [row] = await kept(async () => (await ask()).rows);
  const numbers = row?.numbers;
  return (
    row &&
    (numbers
      ? keys.map((_, position) => unpackNumbers(numbers.subarray(position * NUMBERS_BYTES)))
      : [])
  );
}

/**
 * The current display profiles of users or orgs by key, without deleted ones. A query separate from `numbersOf`: a
 * joint query would repeat the numbers with each profile.
 */
export async function profilesOf<Profile, Row extends { id: number }>(
  db: Queryable,
  profiles: DisplayProfiles<Profile, Row>,
  keys: readonly number[],
): Promise<Map<number, Profile>> {
  const text = `select * from (${profiles.rowsOf('select unnest($1::int[])')}) profile order by id, org_id`;
  return profiles.read((await db.query<Row>(text, [keys])).rows);
}

/** The ids of users by key, of deleted ones and those only mentioned too. */
export async function userIdsOf(
  db: Queryable,
  keys: readonly number[],
): Promise<Map<number, string>> {
  if (keys.length === 0) return new Map();
  const text = 'select id, user_id from user_ids where id = any($1::int[])';
  const { rows } = await db.query<{ id: number; user_id: string }>(text, [keys]);
  return new Map(rows.map(({ id, user_id }) => [id, user_id]));
}
