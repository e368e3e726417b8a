import { PROFILE_FIELDS, type ProfileValues } from '#libs/contracts';
import type { Connection, RowTransfer, Queryable, RowSet } from '#libs/database';
import { VERSIONED_FIELDS, type VersionedField, type UserChange } from './batch.js';
import { applyExclusions } from './exclusions.store.js';
import { domainOf } from './email-domains.js';
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

const latest = (column: string, field: VersionedField) => `
    ${column} = case when p.${field}_stamp is null or excluded.${field}_stamp > p.${field}_stamp
      then excluded.${column} else p.${column} end`;

const latestValue = (field: VersionedField) => `${latest(field, field)},
    ${field}_stamp = greatest(p.${field}_stamp, excluded.${field}_stamp)`;

const isNewer = (field: VersionedField) =>
  `greatest(p.${field}_stamp, excluded.${field}_stamp) is distinct from p.${field}_stamp`;

// Built from the closed list of fields; input is never part of the text.
const UPSERT_PROFILES = (from: string) => `
  with incoming as materialized (
    select incoming.*, u.deleted_stamp is not null as is_deleted
    from ${from} join users u on u.id = incoming.user_key
  ), written as (
    insert into user_profiles as p (user_key, email_domain, ${fieldColumns.join(', ')})
    select user_key, email_domain, ${fieldColumns.join(', ')}
    from incoming where not is_deleted
    order by user_key
    on conflict (user_key) do update set ${latest('email_domain', 'email')},${VERSIONED_FIELDS.map(latestValue).join(',')}
    where ${VERSIONED_FIELDS.map(isNewer).join(' or ')}
  )
  select user_key from incoming where is_deleted and email_stamp is not null
  union all
  select null from instance where distribution is not null`;

const PROFILE_COLUMNS: RowSet['columns'] = [
  ['user_key', 'int'],
  ['email_domain', 'text'],
  ...VERSIONED_FIELDS.flatMap((field) => [
    [field, field === 'signup_query_parameters' ? 'jsonb' : 'text'] as const,
    [`${field}_stamp`, 'bytea'] as const,
  ]),
];

/** Writes the latest value of each profile field, except for deleted users. @returns the deleted users with an e-mail */
export async function upsertProfiles(
  db: Connection,
  users: readonly KeyedUser[],
  transfer: RowTransfer,
): Promise<KeyedUser[]> {
  const changed = users.filter((user) => Object.keys(user.change.profile).length > 0);
  if (changed.length === 0) return [];
  const rows = changed.map(({ key, change: { profile } }) => [
    ...[key, domainOf(profile.email?.value)],
    ...VERSIONED_FIELDS.flatMap((field) => [profile[field]?.value, profile[field]?.version]),
  ]);
  const { from, values } = await transfer(db, { name: 'profiles', columns: PROFILE_COLUMNS, rows });
  const found = await db.query<{ user_key: number | null }>(UPSERT_PROFILES(from), values);
  const deleted = new Set(found.rows.map((row) => row.user_key));
  // The row without a key says that the store is distributed, which saves a query.
  const withEmail = deleted.has(null) ? changed.filter(({ change }) => change.profile.email) : [];
  if (withEmail.length > 0)
    await applyExclusions(
      db,
      withEmail.map(({ key }) => key),
    );
  return changed.filter(({ key }) => deleted.has(key));
}

const ERASE_PROFILES = `
  delete from user_profiles where user_key = any($1)
  returning user_key as "userKey", email_domain as domain, email_stamp as stamp, ${PROFILE_FIELDS.join(', ')}`;

/** An erased profile: its fields, and the domain and the version of its e-mail. */
export type ErasedProfile = ProfileValues & {
  userKey: number;
  domain: string | null;
  stamp: Buffer | null;
};

/** Deletes the profiles of users. @returns the profiles, for erasing mentions elsewhere */
export async function eraseProfiles(
  db: Queryable,
  userKeys: readonly number[],
): Promise<ErasedProfile[]> {
  if (userKeys.length === 0) return [];
  return (await db.query<ErasedProfile>(ERASE_PROFILES, [userKeys])).rows;
}
