import type { Queryable } from '#libs/database';
import type { ReadPoint } from '../read/read-point.js';

/** The tables whose changed keys are recorded. */
export type ChangedFact =
  'users' | 'orgs' | 'memberships' | 'invites' | 'user_profiles' | 'user_traits' | 'org_traits';

/** The changes of one table. */
export interface ChangedRow {
  fact: ChangedFact;
  /** Keys of users or orgs: of memberships the users, of invites the inviters. */
  keys: number[];
  /** For memberships alone, one for each key. */
  orgKeys: number[] | null;
}

/** The facts of a `FactReplica`. */
const OF_REPLICA: readonly ChangedFact[] = ['users', 'orgs', 'memberships', 'invites'];

/** The keys of rows that may have changed since a read point. Keys may repeat. */
export interface FactChanges {
  users: number[];
  orgs: number[];
  /** Users whose invites changed. */
  inviters: number[];
  /** Changed memberships: user `members[i]` in org `orgsOfMembers[i]`. */
  members: number[];
  orgsOfMembers: number[];
}

// Changes that the read point does not include were written by transactions at or above its
// horizon. Transaction numbers that are not assigned yet come from another server's dump.
const SINCE = `at >= $1::xid8 and at < pg_snapshot_xmax(pg_current_snapshot())`;
const EXTENT = `
  select exists (select from fact_changes where at <= $1::xid8) as "isWhole",
    coalesce(bool_or(keys is null), false) as "isRemoved",
    coalesce(sum(cardinality(keys)) filter (where fact = any($2)), 0)::float8 as count
  from fact_changes
  where ${SINCE}`;
const CHANGES = `
  select fact, keys, org_keys as "orgKeys" from fact_changes where ${SINCE} and fact = any($2)`;

/**
 * The changes of some tables between a read point of the same store and the transaction's snapshot.
 * @param maxKeys limit for the number of keys
 * @returns undefined when there are more keys, when rows were removed, or when the changes are no
 *   longer recorded
 */
export async function changedRowsSince(
  db: Queryable,
  { horizon }: ReadPoint,
  facts: readonly ChangedFact[],
  maxKeys: number,
): Promise<ChangedRow[] | undefined> {
  const since = [String(horizon), facts];
  const { rows } = await db.query<{ isWhole: boolean; isRemoved: boolean; count: number }>(
    EXTENT,
    since,
  );
  const { isWhole, isRemoved, count } = rows[0]!;
  if (!isWhole || isRemoved || count > maxKeys) return undefined;
  return count === 0 ? [] : (await db.query<ChangedRow>(CHANGES, since)).rows;
}

/** `changedRowsSince` for the tables of a `FactReplica`. */
export async function changesSince(
  db: Queryable,
  readPoint: ReadPoint,
  maxKeys: number,
): Promise<FactChanges | undefined> {
  const changes = await changedRowsSince(db, readPoint, OF_REPLICA, maxKeys);
  if (!changes) return undefined;
  const keysOf = (fact: ChangedFact) =>
    changes.flatMap((change) => (change.fact === fact ? change.keys : []));
  return {
    users: keysOf('users'),
    orgs: keysOf('orgs'),
    inviters: keysOf('invites'),
    members: keysOf('memberships'),
    orgsOfMembers: changes.flatMap(({ orgKeys }) => orgKeys ?? []),
  };
}

const REMOVED = `
  select not exists (select from fact_changes where at <= $1::xid8)
    or exists (select from fact_changes where keys is null and ${SINCE}) as "areRemoved"`;

/**
 * Whether facts were removed since a read point of the same store, or the changes are no longer
 * recorded.
 */
export async function areRowsRemovedSince(db: Queryable, { horizon }: ReadPoint): Promise<boolean> {
  const { rows } = await db.query<{ areRemoved: boolean }>(REMOVED, [String(horizon)]);
  return rows[0]!.areRemoved;
}

// The newest old entry stays: it shows that earlier entries were deleted. No earlier entry may
// become visible later, hence the horizon.
const FORGET = `
  delete from fact_changes
  where at < (
    select at from fact_changes
    where noted_at < now() - interval '1 day'
      and at < pg_snapshot_xmin(pg_current_snapshot())
    order by at desc
    limit 1)`;

/** Deletes changes older than a day. A run that would need them reads everything. */
export async function forgetChanges(db: Queryable): Promise<void> {
  await db.query(FORGET);
}
