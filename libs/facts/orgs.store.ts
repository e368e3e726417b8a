import type { Queryable } from '#libs/platform';
import type { OrgChange } from './batch.js';
import { iso, stampTime } from './stamp.js';

export interface KeyedOrg {
  key: number;
  change: OrgChange;
}

// A deleted org has no name: neither the one it had nor one that comes later.
const UPSERT_ORGS = `
  insert into orgs as o (id, created_at, deleted_at, deleted_stamp, name, name_stamp)
  select id, created_at, deleted_at, deleted_stamp,
    case when deleted_stamp is null then name end, name_stamp
  from unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::bytea[], $5::text[], $6::bytea[])
    as told (id, created_at, deleted_at, deleted_stamp, name, name_stamp)
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

/** Writes when orgs were created and deleted (earliest told), and the name told last. */
export async function upsertOrgs(db: Queryable, orgs: readonly KeyedOrg[]): Promise<void> {
  if (orgs.length === 0) return;
  await db.query(UPSERT_ORGS, [
    orgs.map((org) => org.key),
    orgs.map((org) => iso(org.change.createdAt)),
    orgs.map((org) => org.change.deletion && iso(stampTime(org.change.deletion))),
    orgs.map((org) => org.change.deletion),
    orgs.map((org) => org.change.name?.value),
    orgs.map((org) => org.change.name?.stamp),
  ]);
}
