import type { Subject } from '#libs/contracts';

/** A page of the index as one plain query, with an index for each value. The values are in a table of their own. */
interface PlainIndex {
  /** The values of a CSV of the index: column and type. */
  values: Readonly<Record<string, string>>;
  select: string;
  from: string;
  /** The keys that match `$2`. */
  matching: string;
}

const USERS: PlainIndex = {
  values: {
    active_days_30: 'int',
    num_orgs: 'int',
    num_invites_30: 'int',
    user_created_at_utc: 'timestamp',
    last_active_at_utc: 'timestamp',
  },
  select: `
    v.*, p.email, p.username, p.first_name, p.last_name, (
      select json_agg(json_build_object('org_id', org_ids.org_id, 'display_name', o.name) order by org_ids.org_id)
      from memberships m join orgs o on o.id = m.org_key join org_ids on org_ids.id = m.org_key
      where m.user_key = v.key and o.deleted_stamp is null and o.name is not null) as org_data`,
  from: 'bench_index_user v left join user_profiles p on p.user_key = v.key',
  matching: `
    select user_key from user_profiles
    where search_document(first_name, last_name, username, email) like search_text($2)
    union all select id from user_ids where search_text(user_id) like search_text($2)`,
};

const ORGS: PlainIndex = {
  values: {
    num_users: 'int',
    active_users_7: 'int',
    active_users_30: 'int',
    active_users_before: 'int',
    active_days_30: 'int',
    last_active_day: 'date',
    health_score: 'int',
    org_created_at_utc: 'timestamp',
  },
  select: 'v.*, o.name',
  from: 'bench_index_org v join orgs o on o.id = v.key',
  matching: `
    select id from orgs where search_text(name) like search_text($2)
    union all select id from org_ids where search_text(org_id) like search_text($2)`,
};

export const PLAIN_INDEXES: Record<Subject, PlainIndex> = { user: USERS, org: ORGS };

export const PAGE_SIZE = 10;

/** The query for a page; parameters are the number of rows before it and, for a search, the pattern of LIKE. */
export function plainPage(subject: Subject, value: string, isSearch: boolean): string {
  const { select, from, matching } = PLAIN_INDEXES[subject];
  return `
    select ${select}${isSearch ? ', count(*) over ()::int as total_count' : ''}
    from ${from}
    ${isSearch ? `where v.key in (${matching})` : ''}
    order by v.${value} desc nulls last, v.${subject}_id
    limit ${PAGE_SIZE} offset $1`;
}
