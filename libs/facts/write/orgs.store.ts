import type { Connection, RowTransfer, Queryable, RowSet } from '#libs/database';
import type { OrgChange } from './batch.js';
import { versionTime } from '../membership/version.js';

export interface KeyedOrg {
  key: number;
  change: OrgChange;
}

// A deleted org has no name: its name is removed and later names are ignored.
const UPSERT_ORGS = (from: string) => `
  insert into orgs as o (id, created_at, deleted_at, deleted_stamp, name, name_stamp)
  select id, created_at, deleted_at, deleted_stamp,
    case when deleted_stamp is null then name end, name_stamp
  from ${from}
  order by id
  on conflict (id) do update set
    created_at = least(o.created_at, excluded.created_at),
    deleted_at = least(o.deleted_at, excluded.deleted_at),
    deleted_stamp = least(o.deleted_stamp, excluded.deleted_stamp),
    name = case
      when o.deleted_stamp is not null or excluded.deleted_stamp is not null then null
      when o.name_stamp is null or excluded.name_stamp > o.name_stamp then excluded.name
      else o.name end,
    name_stamp = greatest(o.name_stamp, excluded.name_stamp)`;

const ORG_COLUMNS: RowSet['columns'] = [
  ['id', 'int'],
  ['created_at', 'timestamptz'],
  ['deleted_at', 'timestamptz'],
  ['deleted_stamp', 'bytea'],
  ['name', 'text'],
  ['name_stamp', 'bytea'],
];

/** Writes the earliest creation and deletion of orgs, and their latest name. */
export async function upsertOrgs(
  db: Connection,
  orgs: readonly KeyedOrg[],
  transfer: RowTransfer,
): Promise<void> {
  if (orgs.length === 0) return;
  const rows = orgs.map(({ key, change: { createdAt, deletion, name } }) => {
    return [
      key,
      createdAt,
      deletion && versionTime(deletion),
      deletion,
      name?.value,
      name?.version,
    ];
  });
  const { from, values } = await transfer(db, { name: 'orgs', columns: ORG_COLUMNS, rows });
  await db.query(UPSERT_ORGS(from), values);
}

const NAMES = 'select name from orgs where id = any($1) and name is not null';

/** The names of orgs that have one. */
export async function orgNames(db: Queryable, orgKeys: readonly number[]): Promise<string[]> {
  if (orgKeys.length === 0) return [];
  return (await db.query<{ name: string }>(NAMES, [orgKeys])).rows.map(({ name }) => name);
}
