import type { Queryable } from '#libs/database';

export interface NamedPair {
  user: number;
  org: number;
}

// Only one writer runs at a time, so no other transaction can add the same pair.
const ADD = `
  with wanted as (
    select * from unnest($1::int[], $2::int[]) as w (user_key, org_key)
  ), added as (
    insert into activity_pairs (user_key, org_key)
    select user_key, org_key from wanted
    where not exists (
      select from activity_pairs p where p.user_key = wanted.user_key and p.org_key = wanted.org_key)
    order by user_key, org_key
    returning id, user_key, org_key
  )
  select id, user_key as "user", org_key as org from added
  union all
  select p.id, p.user_key, p.org_key
  from activity_pairs p join wanted using (user_key, org_key)`;

/**
 * The keys of (user, org) pairs. Creates missing ones. The caller holds the lock of the fold.
 * @param pairs without repetitions
 * @returns a key for each pair, in no order
 */
export async function pairKeys(
  db: Queryable,
  pairs: readonly NamedPair[],
): Promise<(NamedPair & { id: number })[]> {
  if (pairs.length === 0) return [];
  const values = [pairs.map(({ user }) => user), pairs.map(({ org }) => org)];
  return (await db.query<NamedPair & { id: number }>(ADD, values)).rows;
}
