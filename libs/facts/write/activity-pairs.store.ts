import type { Queryable } from '#libs/database';
import {
  forEachPair,
  packPairs,
  pairRowOf,
  pairRowsOf,
  type NamedPair,
} from '../blocks/pair-entries.js';
import type { PairSet } from '../blocks/pair-set.js';

/** The keys of a user and an org. */
export type UserAndOrg = Pick<NamedPair, 'user' | 'org'>;

const KNOWN = 'select entries from activity_pairs where block = any($1)';
const NEXT_IDS = `
  select nextval('activity_pairs_id_seq')::int as id from generate_series(1, $1::int)`;
// Only one writer runs at a time, so no other transaction can add the same pair.
const ADD = `
  insert into activity_pairs (block, entries, last_id)
  select * from unnest($1::int[], $2::bytea[], $3::int[]) as added (block, entries, last_id)
  order by block
  on conflict (block) do update set
    entries = activity_pairs.entries || excluded.entries, last_id = excluded.last_id`;

const RAISE_SEQUENCE = `
  select setval('activity_pairs_id_seq', highest)
  from activity_pairs_id_seq, (select max(last_id) as highest from activity_pairs) pairs
  where highest > last_value`;

/**
 * Raises the sequence of keys to the highest key. Logical replication and a partial restore copy tables without their
 * sequences: a later pair would get the key, and the activity, of another one.
 */
export async function raisePairSequence(db: Queryable): Promise<void> {
  await db.query(RAISE_SEQUENCE);
}

/** Not a key: they start at 1. */
const NO_KEY = 0;

/**
 * The keys of (user, org) pairs, by their places. Creates missing ones. The caller holds the lock of the fold.
 */
export async function pairKeys(db: Queryable, pairs: PairSet): Promise<Int32Array> {
  const keys = await knownKeys(db, pairs);
  const missing: number[] = [];
  for (let place = 0; place < keys.length; place++) if (keys[place] === NO_KEY) missing.push(place);
  if (missing.length === 0) return keys;
  const { rows } = await db.query<{ id: number }>(NEXT_IDS, [missing.length]);
  for (const [index, place] of missing.entries()) keys[place] = rows[index]!.id;
  const { users, orgs } = pairs;
  await addPairs(
    db,
    missing.map((place) => ({ id: keys[place]!, user: users[place]!, org: orgs[place]! })),
  );
  return keys;
}

async function knownKeys(db: Queryable, pairs: PairSet): Promise<Int32Array> {
  const keys = new Int32Array(pairs.size).fill(NO_KEY);
  if (keys.length === 0) return keys;
  const { rows } = await db.query<{ entries: Buffer }>(KNOWN, [pairRowsOf(pairs.users)]);
  for (const { entries } of rows) {
    forEachPair(entries, (id, user, org) => {
      const place = pairs.find(user, org);
      if (place >= 0) keys[place] = id;
    });
  }
  return keys;
}

async function addPairs(db: Queryable, pairs: readonly NamedPair[]): Promise<void> {
  const byRow = new Map<number, NamedPair[]>();
  for (const pair of pairs) {
    const row = pairRowOf(pair.user);
    const known = byRow.get(row);
    if (known) known.push(pair);
    else byRow.set(row, [pair]);
  }
  const rows = [...byRow.values()];
  const values = [rows.map(packPairs), rows.map((some) => some.at(-1)!.id)];
  await db.query(ADD, [[...byRow.keys()], ...values]);
}
