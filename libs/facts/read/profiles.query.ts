import type { DisplayUser } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { DISPLAY_COLUMNS } from './display-profiles.query.js';
import { notExcluded } from './excluded.js';

export interface KnownUser {
  display: DisplayUser;
  key: number;
  /** Unix seconds. */
  createdAt: number;
  signupParameters: Record<string, string>;
  /** Whether the rules exclude the user. */
  isExcluded: boolean;
}

const IS_COUNTED = notExcluded('excluded_users', 'u.id');
const ORG_IS_COUNTED = notExcluded('excluded_orgs', 'o.id');

// Users who exist: created and not deleted. Some have no row in user_profiles.
const PROFILE = `
  ${DISPLAY_COLUMNS}
  from users u
  join user_ids i on i.id = u.id
  left join user_profiles p on p.user_key = u.id
  where u.created_at is not null and u.deleted_stamp is null`;
const PROFILES = `select u.id as key, ${PROFILE} and u.id = any($1) and ${IS_COUNTED}`;

/** Existing users by key, without deleted and excluded users and users that events only mention. */
export async function profilesOf(
  db: Queryable,
  keys: readonly number[],
): Promise<Map<number, DisplayUser>> {
  const { rows } = await db.query<DisplayUser & { key: number }>(PROFILES, [keys]);
  return new Map(rows.map(({ key, ...display }) => [key, display]));
}

const PROFILES_BY_ID = `select ${PROFILE} and i.user_id = any($1) and ${IS_COUNTED}`;

/** Existing users by their ids, without deleted and excluded users. */
export async function profilesByIds(
  db: Queryable,
  userIds: readonly string[],
): Promise<Map<string, DisplayUser>> {
  if (userIds.length === 0) return new Map();
  const { rows } = await db.query<DisplayUser>(PROFILES_BY_ID, [userIds]);
  return new Map(rows.map((user) => [user.user_id, user]));
}

const BY_ID = 'select id from user_ids where id = any($1) order by user_id';

/** Keys of users in the order of their ids, also of users known only by their id. */
export async function inOrderOfIds(db: Queryable, keys: readonly number[]): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(BY_ID, [keys]);
  return rows.map(({ id }) => id);
}

type FoundUser = DisplayUser & Omit<KnownUser, 'display'>;

const FIND_USER = `
  select u.id as key, floor(extract(epoch from u.created_at))::float8 as "createdAt",
    coalesce(p.signup_query_parameters, '{}') as "signupParameters",
    not (${IS_COUNTED}) as "isExcluded", ${PROFILE}
    and i.user_id = $1`;

/** The user with an id; undefined when it does not exist or is deleted. */
export async function findUser(db: Queryable, userId: string): Promise<KnownUser | undefined> {
  if (userId.includes('\0')) return undefined;
  const [row] = (await db.query<FoundUser>(FIND_USER, [userId])).rows;
  if (!row) return undefined;
  const { key, createdAt, signupParameters, isExcluded, ...display } = row;
  return { key, createdAt, signupParameters, isExcluded, display };
}

export interface KnownOrg {
  key: number;
  orgId: string;
  name: string;
  /** Unix seconds. */
  createdAt: number;
  /** Whether the rules exclude the org. */
  isExcluded: boolean;
}

const FIND_ORG = `
  select o.id as key, i.org_id as "orgId", o.name,
    floor(extract(epoch from o.created_at))::float8 as "createdAt",
    not (${ORG_IS_COUNTED}) as "isExcluded"
  from org_ids i join orgs o using (id)
  where i.org_id = $1 and o.created_at is not null and o.deleted_stamp is null and o.name is not null`;

/** The org with an id; undefined when it does not exist or is deleted. */
export async function findOrg(db: Queryable, orgId: string): Promise<KnownOrg | undefined> {
  if (orgId.includes('\0')) return undefined;
  return (await db.query<KnownOrg>(FIND_ORG, [orgId])).rows[0];
}

const COUNT = `
  select
    (select count(*) from users u
      where created_at <= $1 and deleted_stamp is null and ${IS_COUNTED})::float8 as users,
    (select count(*) from orgs o
      where created_at <= $1 and deleted_stamp is null and ${ORG_IS_COUNTED})::float8 as orgs`;

/** The numbers of users and orgs that were created at or before `at` and are neither deleted nor excluded. */
export async function countExisting(
  db: Queryable,
  at: Date,
): Promise<{ users: number; orgs: number }> {
  return (await db.query<{ users: number; orgs: number }>(COUNT, [at])).rows[0]!;
}
