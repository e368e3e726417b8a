import type { Connection, Queryable } from '#libs/database';
import type { ReadPoint } from '../read/read-point.js';

/** The keys of rows that may be others than a picture showed, some more than once. */
export interface FactChanges {
  users: number[];
  orgs: number[];
  /** Of invites, by whom. */
  inviters: number[];
  /** Of memberships the two ends, as many of each. */
  members: number[];
  orgsOfMembers: number[];
}

interface Row {
  fact: string;
  keys: number[];
  orgKeys: number[] | null;
}

// What the picture did not show yet was written by a transaction at or above its horizon. Numbers that were
// not given yet are another server's, out of a dump.
const SINCE = `at >= $1::xid8 and at < pg_snapshot_xmax(pg_current_snapshot())`;
const EXTENT = `
  select exists (select from fact_changes where at <= $1::xid8) as "isWhole",
    coalesce(bool_or(keys is null), false) as "isRemoved",
    coalesce(sum(cardinality(keys)), 0)::float8 as count
  from fact_changes
  where ${SINCE}`;
const CHANGES = `select fact, keys, org_keys as "orgKeys" from fact_changes where ${SINCE}`;

/**
 * What has changed since a picture of the same store, in the picture that a transaction has now.
 * @param most keys to be told
 * @returns nothing when there are more, when rows were removed, and when what changed is no longer known
 */
export async function changesSince(
  db: Connection,
  { horizon }: ReadPoint,
  most: number,
): Promise<FactChanges | undefined> {
  const since = [String(horizon)];
  const { rows } = await db.query<{ isWhole: boolean; isRemoved: boolean; count: number }>(
    EXTENT,
    since,
  );
  const { isWhole, isRemoved, count } = rows[0]!;
  if (!isWhole || isRemoved || count > most) return undefined;
  const changes = (await db.query<Row>(CHANGES, since)).rows;
  const keysOf = (fact: string) =>
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

/** Whether rows of facts were removed since a picture of the same store, or that is no longer known. */
export async function areRowsRemovedSince(db: Queryable, { horizon }: ReadPoint): Promise<boolean> {
  const { rows } = await db.query<{ areRemoved: boolean }>(REMOVED, [String(horizon)]);
  return rows[0]!.areRemoved;
}

// The entry that stays says that those before it are gone: none of them may come to light later.
const FORGET = `
  delete from fact_changes
  where at < (
    select at from fact_changes
    where noted_at < now() - interval '1 day'
      and at < pg_snapshot_xmin(pg_current_snapshot())
    order by at desc
    limit 1)`;

/** Forgets what changed more than a day ago: a run that would need it reads everything. */
export async function forgetChanges(db: Queryable): Promise<void> {
  await db.query(FORGET);
}
