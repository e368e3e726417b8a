import {
  MAX_KEY_CHARACTERS,
  MAX_VALUE_CHARACTERS,
  type SegmentKeys,
  type Subject,
} from '#libs/contracts';
import type { Connection, Queryable } from '#libs/database';
import { notExcluded } from '#libs/facts';

export type OfferedKey = SegmentKeys['keys'][number];

/** The most values of a key, and the most parameters of signups, that are offered. */
export const MAX_OFFERED = 50;
const LIMIT_MS = 8_000;

// Counts values of existing subjects. `source` has the columns subject, key and value (jsonb, not null).
const COUNTED = (source: string, table: 'users' | 'orgs') => `
  with counted as (
    select key, value, count(*)::int as count
    from (${source}) given
    join ${table} s on s.id = given.subject and s.created_at is not null and s.deleted_stamp is null
    where ${notExcluded(`excluded_${table}`, 's.id')}
    group by key, value
  ), ranked as (
    select *, sum(count) over (partition by key) as total,
      row_number() over (
        partition by key order by count desc, jsonb_typeof(value), value::text collate "C") as place
    from counted
  )
  select key, array_agg(distinct jsonb_typeof(value)) as kinds,
    jsonb_agg(jsonb_build_object('value', value, 'count', count) order by place)
      filter (where place <= ${MAX_OFFERED} and length(value #>> '{}') <= ${MAX_VALUE_CHARACTERS}) as values
  from ranked
  group by key
  order by max(total) desc, key collate "C"
  limit $2`;

const OF_USER_TRAITS = `
  select user_key as subject, 'trait.' || key as key, value from user_traits
  where key = any($1) and value is not null`;
const OF_ORG_TRAITS = `
  select org_key as subject, 'trait.' || key as key, value from org_traits
  where key = any($1) and value is not null`;
const OF_PROFILES = `
  select user_key as subject, 'signup.' || parameter.key as key, to_jsonb(parameter.value) as value
  from user_profiles, jsonb_each_text(signup_query_parameters) parameter
  where length(parameter.key) between 1 and ${MAX_KEY_CHARACTERS - 'signup.'.length}
    and cardinality($1::text[]) = 0`;
const OF_DOMAINS = `
  select user_key as subject, 'domain' as key, to_jsonb(email_domain) as value
  from user_profiles
  where email_domain is not null and cardinality($1::text[]) = 0`;

interface Row {
  key: string;
  kinds: OfferedKey['kinds'];
  values: OfferedKey['values'] | null;
}

/** The kept traits that have values. @param kept keys of traits */
export function offeredTraits(
  db: Queryable,
  subject: Subject,
  kept: readonly string[],
): Promise<OfferedKey[]> {
  const source = subject === 'user' ? OF_USER_TRAITS : OF_ORG_TRAITS;
  return offered(db, COUNTED(source, subject === 'user' ? 'users' : 'orgs'), kept, kept.length);
}

/** The most frequent parameters of signups. */
export function offeredParameters(db: Queryable): Promise<OfferedKey[]> {
  return offered(db, COUNTED(OF_PROFILES, 'users'), [], MAX_OFFERED);
}

/** The domains of e-mails; no key when no e-mail is known. */
export function offeredDomains(db: Queryable): Promise<OfferedKey[]> {
  return offered(db, COUNTED(OF_DOMAINS, 'users'), [], 1);
}

async function offered(
  db: Queryable,
  sql: string,
  kept: readonly string[],
  most: number,
): Promise<OfferedKey[]> {
  const { rows } = await db.query<Row>(sql, [kept, most]);
  return rows.map(({ key, kinds, values }) => ({ key, kinds, values: values ?? [] }));
}

/** Limits each later statement of the transaction. */
export async function limitStatements(db: Connection): Promise<void> {
  await db.query(`set local statement_timeout = ${LIMIT_MS}`);
}

const TRAITS_OF_ORGS = `
  select org_key as org, key, value from org_traits t
  where key = any($1) and value is not null and ${notExcluded('excluded_orgs', 't.org_key')}`;

/** The value of a trait of an org that is not excluded. */
export interface OrgTrait {
  org: number;
  key: string;
  value: string | number | boolean;
}

/** The kept traits of all orgs. */
export async function traitsOfOrgs(db: Queryable, kept: readonly string[]): Promise<OrgTrait[]> {
  return kept.length === 0 ? [] : (await db.query<OrgTrait>(TRAITS_OF_ORGS, [kept])).rows;
}
