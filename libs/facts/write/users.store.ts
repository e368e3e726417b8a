import type { Connection, RowTransfer, Queryable, RowSet } from '#libs/database';
import { PROFILE_FIELDS, type ProfileField, type UserChange } from './batch.js';
import { versionTime } from '../membership/version.js';

export interface KeyedUser {
  key: number;
  change: UserChange;
}

// Also run for users of whom only the profile changes: it takes their rows' locks, in order, so
// that whoever writes a profile after it sees a deletion that another transaction has committed.
const UPSERT_USERS = (from: string) => `
  insert into users as u (id, created_at, deleted_at, deleted_stamp)
  select id, created_at, deleted_at, deleted_stamp
  from ${from}
  order by id
  on conflict (id) do update set
    created_at = least(u.created_at, excluded.created_at),
    deleted_at = least(u.deleted_at, excluded.deleted_at),
    deleted_stamp = least(u.deleted_stamp, excluded.deleted_stamp)
  where least(u.created_at, excluded.created_at) is distinct from u.created_at
     or least(u.deleted_stamp, excluded.deleted_stamp) is distinct from u.deleted_stamp`;

const USER_COLUMNS: RowSet['columns'] = [
  ['id', 'int'],
  ['created_at', 'timestamptz'],
  ['deleted_at', 'timestamptz'],
  ['deleted_stamp', 'bytea'],
];

/** Writes when users were created and deleted: the earliest told of each. */
export async function upsertUsers(
  db: Connection,
  users: readonly KeyedUser[],
  hand: RowTransfer,
): Promise<void> {
  if (users.length === 0) return;
  const rows = users.map(({ key, change: { createdAt, deletion } }) => {
    return [key, createdAt, deletion && versionTime(deletion), deletion];
  });
  const { from, values } = await hand(db, { name: 'users', columns: USER_COLUMNS, rows });
  await db.query(UPSERT_USERS(from), values);
}

const fieldColumns = PROFILE_FIELDS.flatMap((field) => [field, `${field}_stamp`]);

const latestTold = (field: ProfileField) => `
    ${field} = case when p.${field}_stamp is null or excluded.${field}_stamp > p.${field}_stamp
      then excluded.${field} else p.${field} end,
    ${field}_stamp = greatest(p.${field}_stamp, excluded.${field}_stamp)`;

const isNewer = (field: ProfileField) =>
  `greatest(p.${field}_stamp, excluded.${field}_stamp) is distinct from p.${field}_stamp`;

// Put together from the closed list of fields; nothing that comes in is part of the text.
const UPSERT_PROFILES = (from: string) => `
  insert into user_profiles as p (user_key, ${fieldColumns.join(', ')})
  select incoming.*
  from ${from}
  join users u on u.id = incoming.user_key and u.deleted_stamp is null
  order by incoming.user_key
  on conflict (user_key) do update set ${PROFILE_FIELDS.map(latestTold).join(',')}
  where ${PROFILE_FIELDS.map(isNewer).join(' or ')}`;

const PROFILE_COLUMNS: RowSet['columns'] = [
  ['user_key', 'int'],
  ...PROFILE_FIELDS.flatMap((field) => [
    [field, field === 'signup_query_parameters' ? 'jsonb' : 'text'] as const,
    [`${field}_stamp`, 'bytea'] as const,
  ]),
];

/** Writes the latest value of each profile field told, unless the user is deleted. */
export async function upsertProfiles(
  db: Connection,
  users: readonly KeyedUser[],
  hand: RowTransfer,
): Promise<void> {
  const told = users.filter((user) => Object.keys(user.change.profile).length > 0);
  if (told.length === 0) return;
  const rows = told.map(({ key, change: { profile } }) => [
    key,
    ...PROFILE_FIELDS.flatMap((field) => [profile[field]?.value, profile[field]?.stamp]),
  ]);
  const { from, values } = await hand(db, { name: 'profiles', columns: PROFILE_COLUMNS, rows });
  await db.query(UPSERT_PROFILES(from), values);
}

/** What is known of a user by name. */
export type KnownNames = Record<'email' | 'username' | 'first_name' | 'last_name', string | null>;

const ERASE_PROFILES = `
  delete from user_profiles where user_key = any($1)
  returning email, username, first_name, last_name`;

/** Drops all that is personal about these users. @returns what was known of them, to be looked for elsewhere */
export async function eraseProfiles(
  db: Queryable,
  userKeys: readonly number[],
): Promise<KnownNames[]> {
  if (userKeys.length === 0) return [];
  return (await db.query<KnownNames>(ERASE_PROFILES, [userKeys])).rows;
}
