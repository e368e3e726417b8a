import { PROFILE_FIELDS, type ProfileValues } from '#libs/contracts';
import type { Connection, RowTransfer, Queryable, RowSet } from '#libs/database';
import { VERSIONED_FIELDS, type VersionedField, type UserChange } from './batch.js';
import { versionTime } from '../membership/version.js';

export interface KeyedUser {
  key: number;
  change: UserChange;
}

// Also runs for users whose profile alone changes: it locks their rows in key order, so the profile
// statement after it sees deletions that other transactions have committed.
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

/** Writes the earliest creation and deletion of users. */
export async function upsertUsers(
  db: Connection,
  users: readonly KeyedUser[],
  transfer: RowTransfer,
): Promise<void> {
  if (users.length === 0) return;
  const rows = users.map(({ key, change: { createdAt, deletion } }) => {
    return [key, createdAt, deletion && versionTime(deletion), deletion];
  });
  const { from, values } = await transfer(db, { name: 'users', columns: USER_COLUMNS, rows });
  await db.query(UPSERT_USERS(from), values);
}

const fieldColumns = VERSIONED_FIELDS.flatMap((field) => [field, `${field}_stamp`]);

const latestValue = (field: VersionedField) => `
    ${field} = case when p.${field}_stamp is null or excluded.${field}_stamp > p.${field}_stamp
      then excluded.${field} else p.${field} end,
    ${field}_stamp = greatest(p.${field}_stamp, excluded.${field}_stamp)`;

const isNewer = (field: VersionedField) =>
  `greatest(p.${field}_stamp, excluded.${field}_stamp) is distinct from p.${field}_stamp`;

// Built from the closed list of fields; input is never part of the text.
const UPSERT_PROFILES = (from: string) => `
  insert into user_profiles as p (user_key, ${fieldColumns.join(', ')})
  select incoming.*
  from (select * from ${from}) incoming
  join users u on u.id = incoming.user_key and u.deleted_stamp is null
  order by incoming.user_key
  on conflict (user_key) do update set ${VERSIONED_FIELDS.map(latestValue).join(',')}
  where ${VERSIONED_FIELDS.map(isNewer).join(' or ')}`;

const PROFILE_COLUMNS: RowSet['columns'] = [
  ['user_key', 'int'],
  ...VERSIONED_FIELDS.flatMap((field) => [
    [field, field === 'signup_query_parameters' ? 'jsonb' : 'text'] as const,
    [`${field}_stamp`, 'bytea'] as const,
  ]),
];

/** Writes the latest value of each profile field, except for deleted users. */
export async function upsertProfiles(
  db: Connection,
  users: readonly KeyedUser[],
  transfer: RowTransfer,
): Promise<void> {
  const changed = users.filter((user) => Object.keys(user.change.profile).length > 0);
  if (changed.length === 0) return;
  const rows = changed.map(({ key, change: { profile } }) => [
    key,
    ...VERSIONED_FIELDS.flatMap((field) => [profile[field]?.value, profile[field]?.version]),
  ]);
  const { from, values } = await transfer(db, { name: 'profiles', columns: PROFILE_COLUMNS, rows });
  await db.query(UPSERT_PROFILES(from), values);
}

const ERASE_PROFILES = `
  delete from user_profiles where user_key = any($1)
  returning ${PROFILE_FIELDS.join(', ')}`;

/** Deletes the profiles of users. @returns their fields, for erasing mentions elsewhere */
export async function eraseProfiles(
  db: Queryable,
  userKeys: readonly number[],
): Promise<ProfileValues[]> {
  if (userKeys.length === 0) return [];
  return (await db.query<ProfileValues>(ERASE_PROFILES, [userKeys])).rows;
}
