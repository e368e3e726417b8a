import type { Queryable } from '#libs/platform';
import { PROFILE_FIELDS, type ProfileField, type UserChange } from './batch.js';
import { iso, stampTime } from './stamp.js';

export interface KeyedUser {
  key: number;
  change: UserChange;
}

// Also run for users of whom only the profile changes: it takes their rows' locks, in order, so
// that whoever writes a profile after it sees a deletion that another transaction has committed.
const UPSERT_USERS = `
  insert into users as u (id, created_at, deleted_at, deleted_stamp)
  select id, created_at, deleted_at, deleted_stamp
  from unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::bytea[])
    as told (id, created_at, deleted_at, deleted_stamp)
  order by id
  on conflict (id) do update set
    created_at = least(u.created_at, excluded.created_at),
    deleted_at = least(u.deleted_at, excluded.deleted_at),
    deleted_stamp = least(u.deleted_stamp, excluded.deleted_stamp)
  where least(u.created_at, excluded.created_at) is distinct from u.created_at
     or least(u.deleted_stamp, excluded.deleted_stamp) is distinct from u.deleted_stamp`;

/** Writes when users were created and deleted: the earliest told of each. */
export async function upsertUsers(db: Queryable, users: readonly KeyedUser[]): Promise<void> {
  if (users.length === 0) return;
  await db.query(UPSERT_USERS, [
    users.map((user) => user.key),
    users.map((user) => iso(user.change.createdAt)),
    users.map((user) => user.change.deletion && iso(stampTime(user.change.deletion))),
    users.map((user) => user.change.deletion),
  ]);
}

const fieldColumns = PROFILE_FIELDS.flatMap((field) => [field, `${field}_stamp`]);

const latestTold = (field: ProfileField) => `
    ${field} = case when p.${field}_stamp is null or excluded.${field}_stamp > p.${field}_stamp
      then excluded.${field} else p.${field} end,
    ${field}_stamp = greatest(p.${field}_stamp, excluded.${field}_stamp)`;

// Put together once from the closed list of fields; nothing that comes in is part of the text.
const UPSERT_PROFILES = `
  insert into user_profiles as p (user_key, ${fieldColumns.join(', ')})
  select told.*
  from unnest($1::int[], ${PROFILE_FIELDS.map(
    (field, index) =>
      `$${2 * index + 2}::${field === 'signup_query_parameters' ? 'jsonb' : 'text'}[], $${2 * index + 3}::bytea[]`,
  ).join(', ')}) as told (user_key, ${fieldColumns.join(', ')})
  join users u on u.id = told.user_key and u.deleted_stamp is null
  order by told.user_key
  on conflict (user_key) do update set ${PROFILE_FIELDS.map(latestTold).join(',')}`;

/** Writes the latest value of each profile field told, unless the user is deleted. */
export async function upsertProfiles(db: Queryable, users: readonly KeyedUser[]): Promise<void> {
  const told = users.filter((user) => Object.keys(user.change.profile).length > 0);
  if (told.length === 0) return;
  const columns = PROFILE_FIELDS.flatMap((field) => [
    told.map((user) => user.change.profile[field]?.value ?? null),
    told.map((user) => user.change.profile[field]?.stamp ?? null),
  ]);
  await db.query(UPSERT_PROFILES, [told.map((user) => user.key), ...columns]);
}

/** Drops all that is personal about these users. */
export async function eraseProfiles(db: Queryable, userKeys: readonly number[]): Promise<void> {
  if (userKeys.length === 0) return;
  await db.query('delete from user_profiles where user_key = any($1)', [userKeys]);
}
