import { copyRows, literal, type Connection } from '#libs/database';
import { notExcluded } from './excluded.js';
import { scanWithDeletions, type OnPair, type OnPairWithSteps } from './scan-memberships.js';

/** Keys of users, from `from` to the one before `before`. */
export interface KeyRange {
  from: number;
  before: number;
}

const isCounted = notExcluded('excluded_users', 'm.user_key');
const select = (from: string) => `
  select m.user_key, m.org_key, u.deleted_stamp, o.deleted_stamp, m.steps
  from ${from}
  left join users u on u.id = m.user_key and u.deleted_stamp is not null
  left join orgs o on o.id = m.org_key and o.deleted_stamp is not null`;

const someMembers = (orgKeys: readonly number[], most: number) => `
  unnest(${literal.ints(orgKeys)}) as wanted (org_key)
  cross join lateral (
    select user_key, org_key, steps from memberships m
    where m.org_key = wanted.org_key and ${isCounted} limit ${literal.int(most)}
  ) m`;

/** Streams the spans of some users, without excluded ones, unordered. */
export async function scanMembershipsOf(
  db: Connection,
  userKeys: readonly number[],
  onPair: OnPairWithSteps,
): Promise<void> {
  // One index scan. With a join, PostgreSQL looks up each user: 25,000 of a million users took 320 instead of 125 ms.
  const isWanted = `m.user_key = any(${literal.ints(userKeys)})`;
  await scanWithDeletions(
    db,
    `${select('memberships m')} where ${isWanted} and ${isCounted}`,
    onPair,
  );
}

/** `scanMembershipsOf` for all users with keys in a range. */
export async function scanMembershipsIn(
  db: Connection,
  { from, before }: KeyRange,
  onPair: OnPair,
): Promise<void> {
  const isWanted = `m.user_key >= ${literal.int(from)} and m.user_key < ${literal.int(before)}`;
  await scanWithDeletions(
    db,
    `${select('memberships m')} where ${isWanted} and ${isCounted}`,
    onPair,
  );
}

/**
 * Streams the spans of the members of some orgs, without excluded users, unordered.
 * @param most only this number of members of each org, any of them; not possible in a distributed store
 */
export async function scanMembersOf(
  db: Connection,
  orgKeys: readonly number[],
  most: number | undefined,
  onPair: OnPair,
): Promise<void> {
  const isWanted = `m.org_key in (select unnest(${literal.ints(orgKeys)}))`;
  const sql =
    most === undefined
      ? `${select('memberships m')} where ${isWanted} and ${isCounted}`
      : select(someMembers(orgKeys, most));
  await scanWithDeletions(db, sql, onPair);
}

type OnPairKeys = (userKey: number, orgKey: number) => void;

/** Streams the (user, org) pairs of some users, excluded ones too, unordered. */
export function scanPairsOfUsers(
  db: Connection,
  userKeys: readonly number[],
  onPair: OnPairKeys,
): Promise<void> {
  return scanPairs(db, `user_key in (select unnest(${literal.ints(userKeys)}))`, onPair);
}

/** Streams the (user, org) pairs of some orgs, excluded users too, unordered. */
export function scanPairsOfOrgs(
  db: Connection,
  orgKeys: readonly number[],
  onPair: OnPairKeys,
): Promise<void> {
  return scanPairs(db, `org_key in (select unnest(${literal.ints(orgKeys)}))`, onPair);
}

async function scanPairs(db: Connection, condition: string, onPair: OnPairKeys): Promise<void> {
  const select = `select user_key, org_key from memberships where ${condition}`;
  await copyRows(db, select, (row) => onPair(row.int(), row.int()));
}
