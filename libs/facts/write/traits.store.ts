import type { Connection, Queryable, RowSet, RowTransfer } from '#libs/database';
import type { OrgChange, UserChange } from './batch.js';

interface Keyed {
  key: number;
  change: Pick<UserChange | OrgChange, 'traits'>;
}

const TABLES = {
  users: { traits: 'user_traits', key: 'user_key' },
  orgs: { traits: 'org_traits', key: 'org_key' },
} as const;
export type TraitsOf = keyof typeof TABLES;

// Runs after the statement that locks the rows of the users or orgs, so it sees deletions that other
// transactions have committed.
const UPSERT = (of: TraitsOf, from: string) => {
  const { traits, key } = TABLES[of];
  return `
  insert into ${traits} as t (${key}, key, value, stamp)
  select incoming.subject, incoming.key, incoming.value, incoming.stamp
  from (select * from ${from}) incoming
  join ${of} subject on subject.id = incoming.subject and subject.deleted_stamp is null
  order by incoming.subject, incoming.key collate "C"
  on conflict (${key}, key) do update set value = excluded.value, stamp = excluded.stamp
  where excluded.stamp > t.stamp`;
};

const COLUMNS: RowSet['columns'] = [
  ['subject', 'int'],
  ['key', 'text'],
  ['value', 'jsonb'],
  ['stamp', 'bytea'],
];

/** Writes the latest value of each trait, except for deleted users and orgs. */
export async function upsertTraits(
  db: Connection,
  of: TraitsOf,
  subjects: readonly Keyed[],
  transfer: RowTransfer,
): Promise<void> {
  const changed = subjects.filter(({ change }) => change.traits);
  const rows = changed.flatMap(({ key: subject, change: { traits } }) =>
    Array.from(traits!, ([key, { value, version }]) => [subject, key, value, version]),
  );
  if (rows.length === 0) return;
  const { from, values } = await transfer(db, { name: TABLES[of].traits, columns: COLUMNS, rows });
  await db.query(UPSERT(of, from), values);
}

/** Deletes all traits of users or orgs. */
export async function eraseTraits(
  db: Queryable,
  of: TraitsOf,
  keys: readonly number[],
): Promise<void> {
  if (keys.length === 0) return;
  const { traits, key } = TABLES[of];
  await db.query(`delete from ${traits} where ${key} = any($1)`, [keys]);
}
