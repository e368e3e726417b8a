import type { Queryable } from '#libs/platform';

/** Who a user is, as known now. */
export interface Profile {
  userId: string;
  email: string;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
}

export interface KnownUser extends Profile {
  key: number;
  /** Unix seconds. */
  createdAt: number;
  signupParameters: Record<string, string>;
}

// The profile of who was deleted is erased: whoever has one with an address exists.
const PROFILE = `
  i.user_id as "userId", p.email, p.username, p.first_name as "firstName", p.last_name as "lastName"
  from user_profiles p join user_ids i on i.id = p.user_key`;
const PROFILES = `select p.user_key as key, ${PROFILE} where p.user_key = any($1) and p.email is not null`;

/** The profiles of users by key; who was deleted, or is known by an id alone, has none. */
export async function profilesOf(
  db: Queryable,
  keys: readonly number[],
): Promise<Map<number, Profile>> {
  const { rows } = await db.query<Profile & { key: number }>(PROFILES, [keys]);
  return new Map(rows.map(({ key, ...profile }) => [key, profile]));
}

const FIND_USER = `
  select u.id as key, floor(extract(epoch from u.created_at))::float8 as "createdAt",
    coalesce(p.signup_query_parameters, '{}') as "signupParameters", ${PROFILE}
  join users u on u.id = i.id
  where i.user_id = $1 and u.created_at is not null and u.deleted_stamp is null
    and p.email is not null`;

/** A user; undefined when there is none with this id, or not any more. */
export async function findUser(db: Queryable, userId: string): Promise<KnownUser | undefined> {
  if (userId.includes('\0')) return undefined;
  return (await db.query<KnownUser>(FIND_USER, [userId])).rows[0];
}

export interface KnownOrg {
  key: number;
  orgId: string;
  name: string;
  /** Unix seconds. */
  createdAt: number;
}

const FIND_ORG = `
  select o.id as key, i.org_id as "orgId", o.name,
    floor(extract(epoch from o.created_at))::float8 as "createdAt"
  from org_ids i join orgs o using (id)
  where i.org_id = $1 and o.created_at is not null and o.deleted_stamp is null and o.name is not null`;

/** An org; undefined when there is none with this id, or not any more. */
export async function findOrg(db: Queryable, orgId: string): Promise<KnownOrg | undefined> {
  if (orgId.includes('\0')) return undefined;
  return (await db.query<KnownOrg>(FIND_ORG, [orgId])).rows[0];
}

const COUNT = `
  select
    (select count(*) from users where created_at <= $1 and deleted_stamp is null)::float8 as users,
    (select count(*) from orgs where created_at <= $1 and deleted_stamp is null)::float8 as orgs`;

/** How many users and orgs there are: created at or before a moment and not deleted. */
export async function countExisting(
  db: Queryable,
  at: Date,
): Promise<{ users: number; orgs: number }> {
  return (await db.query<{ users: number; orgs: number }>(COUNT, [at])).rows[0]!;
}
