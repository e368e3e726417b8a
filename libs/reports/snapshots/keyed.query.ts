import type { Subject } from '#libs/contracts';
import type { Cards } from '#libs/facts';
import type { Queryable } from '#libs/platform';
import { NUMBERS_BYTES, unpackNumbers } from './packing.js';
import { kept } from './page.query.js';
import { snapshotTable } from './snapshots.store.js';

/** What a run and the facts say of some users or orgs. */
export interface Keyed<Card> {
  /** The two numbers of each key, in the order of the keys. */
  numbers: [number, number][];
  /** By key; who was deleted has none. */
  cards: Map<number, Card>;
}

interface KeyedRow {
  numbers: Buffer | null;
  /** Of the card; the columns after it are the card's. */
  id: number | null;
}

// One question, as that of a page: it begins with the keys, from anywhere in a list, and not with a slice.
const keyedFrom = (table: string, rowsOf: (keys: string) => string, most: number) => `
  with keys as (
    select key, place from unnest($2::int[]) with ordinality as k (key, place) limit ${most}
  ), numbers as (
    select string_agg(
      substring(entries from key * ${NUMBERS_BYTES} + 1 for ${NUMBERS_BYTES}), '' order by place) as numbers
    from keys, ${table}
    where subject = $1 and report = 'numbers'
  )
  select numbers.numbers, card.*
  from numbers left join (${rowsOf('select key from keys')}) card on true
  order by card.id, card.org_id`;

/**
 * The numbers and cards of some keys of a run; undefined when the run's snapshot is gone.
 * @param most as many keys as there can be, always the same: the planner is told
 */
export async function keyedOf<Card, Row extends { id: number }>(
  db: Queryable,
  runKey: number,
  subject: Subject,
  cards: Cards<Card, Row>,
  keys: readonly number[],
  most: number,
): Promise<Keyed<Card> | undefined> {
  const text = keyedFrom(snapshotTable(runKey), (select) => cards.rowsOf(select), most);
  const ask = () => db.query<KeyedRow>(text, [subject, keys]);
  const rows = await kept(async () => (await ask()).rows);
  const [row] = rows;
  if (!row) return undefined;
  const { numbers } = row;
  return {
    numbers: numbers
      ? keys.map((_, place) => unpackNumbers(numbers.subarray(place * NUMBERS_BYTES)))
      : [],
    cards: cards.read(row.id === null ? [] : (rows as unknown as Row[])),
  };
}
