import type { Queryable } from '#libs/database';
import {
  forEachPair,
  packPairs,
  pairRowOf,
  pairRowsOf,
  type NamedPair,
} from '../blocks/pair-entries.js';

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

/**
 * The keys of (user, org) pairs. Creates missing ones. The caller holds the lock of the fold.
 * @param pairs without repetitions
 * @returns a key for each pair, in no order
 */
export async function pairKeys(db: Queryable, pairs: readonly UserAndOrg[]): Promise<NamedPair[]> {
  if (pairs.length === 0) return [];
  const { found, missing } = await knownPairs(db, pairs);
  if (missing.length === 0) return found;
  const { rows } = await db.query<{ id: number }>(NEXT_IDS, [missing.length]);
  const added = missing.map((pair, index) => ({ ...pair, id: rows[index]!.id }));
  await addPairs(db, added);
  return [...found, ...added];
}

async function knownPairs(
  db: Queryable,
  pairs: readonly UserAndOrg[],
): Promise<{ found: NamedPair[]; missing: UserAndOrg[] }> {
  const wanted = new Map<number, Set<number>>();
  for (const { user, org } of pairs) {
    const orgs = wanted.get(user);
    if (orgs) orgs.add(org);
    else wanted.set(user, new Set([org]));
  }
  const found: NamedPair[] = [];
  const { rows } = await db.query<{ entries: Buffer }>(KNOWN, [pairRowsOf(wanted.keys())]);
  for (const { entries } of rows) {
    forEachPair(entries, (id, user, org) => {
      if (wanted.get(user)?.delete(org)) found.push({ id, user, org });
    });
  }
  const missing = pairs.filter(({ user, org }) => wanted.get(user)!.has(org));
  return { found, missing };
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
