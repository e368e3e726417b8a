import type { Ranking } from '#libs/contracts';
import type { DisplayProfiles } from '#libs/facts';
import type { Queryable } from '#libs/database';
import { NUMBERS_BYTES, unpackNumbers } from './packing.js';
import { kept, numbersFrom } from './page.query.js';
import { snapshotTable } from './snapshots.store.js';

const numbersOfKeys = (table: string) => `
  with keys as (select * from unnest($2::int[]) with ordinality as k (key, place))
  select (${numbersFrom(table)}) as numbers
  where exists (
    select from ${table}
    where subject = $1 and report = $3 and "interval" = $4 and first = 0 and report_id = $5)`;

/**
 * The two numbers of some keys of a run, in the order of the keys, which may be anywhere in a list;
 * undefined when the run's snapshot is gone.
 * @param reportId of that ranking in the snapshot: another state of the store has another one
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
    (numbers ? keys.map((_, place) => unpackNumbers(numbers.subarray(place * NUMBERS_BYTES))) : [])
  );
}

/**
 * What is known of some users or orgs now, by key; who was deleted has none. Apart from their numbers:
 * asked for at once, those came again with each profile.
 */
export async function profilesOf<Profile, Row extends { id: number }>(
  db: Queryable,
  profiles: DisplayProfiles<Profile, Row>,
  keys: readonly number[],
): Promise<Map<number, Profile>> {
  const text = `select * from (${profiles.rowsOf('select unnest($1::int[])')}) profile order by id, org_id`;
  return profiles.read((await db.query<Row>(text, [keys])).rows);
}
