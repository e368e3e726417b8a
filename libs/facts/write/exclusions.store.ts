import type { ExclusionRules } from '#libs/contracts';
import { copyRows, type Connection, type Queryable } from '#libs/database';
import { hashDomain, parentsOf } from './email-domains.js';
import { BLOCK_BYTES, BLOCK_SHIFT, BLOCK_SIZE } from '../blocks/day-block.js';
import type { ExcludedTable } from '../read/excluded.js';

const WILDCARD = '*.';

/** Rules as the tables store them. A wildcard is stored as the domain after `*.`. */
export interface StoredRule {
  kind: 'domain' | 'subdomains' | 'user' | 'org';
  value: string;
}

export function storedRules({ email_domains, user_ids, org_ids }: ExclusionRules): StoredRule[] {
  return [
    ...email_domains.map((domain): StoredRule => {
      return domain.startsWith(WILDCARD)
        ? { kind: 'subdomains', value: domain.slice(WILDCARD.length) }
        : { kind: 'domain', value: domain };
    }),
    ...user_ids.map((value): StoredRule => ({ kind: 'user', value })),
    ...org_ids.map((value): StoredRule => ({ kind: 'org', value })),
  ];
}

const READ = `
  select version, kind, value from exclusions left join exclusion_rules on true order by place`;

/** The current rules and their version. */
export async function readRules(
  db: Queryable,
): Promise<{ rules: ExclusionRules; version: number }> {
  const { rows } = await db.query<{ version: number; kind: string | null; value: string }>(READ);
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map(({ value }) => value);
  const domains = rows.flatMap(({ kind, value }) => {
    if (kind === 'domain') return [value];
    return kind === 'subdomains' ? [`${WILDCARD}${value}`] : [];
  });
  const rules = { email_domains: domains, user_ids: of('user'), org_ids: of('org') };
  return { rules, version: rows[0]!.version };
}

// Writers of e-mails wait, so that none of them misses the new rules. The row serializes changes of the rules.
const LOCK_WRITERS = 'lock table user_profiles, erased_domains in share mode';
const LOCK_RULES = 'select from exclusions for update';

/** Keeps e-mails and rules as they are until the end of the transaction. */
export async function lockExclusions(db: Queryable): Promise<void> {
  await db.query(LOCK_WRITERS);
  await db.query(LOCK_RULES);
}

const WRITE = `
  insert into exclusion_rules (kind, value, hash, key, place)
  select * from unnest($1::text[], $2::text[], $3::bytea[], $4::int[]) with ordinality`;

/**
 * Replaces the rules and raises their version.
 * @param hashKey the store's key for hashes
 * @param keys the keys of the users and orgs that the rules name
 */
export async function writeRules(
  db: Queryable,
  rules: readonly StoredRule[],
  hashKey: Buffer,
  keys: { users: ReadonlyMap<string, number>; orgs: ReadonlyMap<string, number> },
): Promise<void> {
  await db.query('delete from exclusion_rules');
  await db.query(WRITE, [
    rules.map(({ kind }) => kind),
    rules.map(({ value }) => value),
    rules.map(({ kind, value }) => (isDomain(kind) ? hashDomain(hashKey, value) : null)),
    rules.map(({ kind, value }) => {
      if (kind === 'user') return keys.users.get(value)!;
      return kind === 'org' ? keys.orgs.get(value)! : null;
    }),
  ]);
  await db.query('update exclusions set version = version + 1');
}

const DOMAINS = `
  select distinct email_domain from user_profiles where email_domain is not null`;
const USERS = `
  select user_key as key from user_profiles where email_domain in (select unnest($1::text[]))
  union
  select user_key from erased_domains where domain in (select unnest($2::bytea[]))
  union
  select e.user_key from erased_domains e, unnest(e.parents) parent
  where parent in (select unnest($3::bytea[]))
  union
  select id from user_ids where user_id in (select unnest($4::text[]))`;
const ORGS = 'select id as key from org_ids where org_id in (select unnest($1::text[]))';

/** The keys of the users and orgs that some rules exclude, deleted and unknown ones included. */
export async function excludedBy(
  db: Connection,
  rules: readonly StoredRule[],
  hashKey: Buffer,
): Promise<{ users: number[]; orgs: number[] }> {
  const valuesOf = (kind: StoredRule['kind']) =>
    rules.filter((rule) => rule.kind === kind).map(({ value }) => value);
  const [domains, subdomains] = [valuesOf('domain'), valuesOf('subdomains')];
  const hashes = (all: readonly string[]) => all.map((domain) => hashDomain(hashKey, domain));
  const users = await keysFrom(db, USERS, [
    [...domains, ...(await knownSubdomains(db, new Set(subdomains)))],
    ...[hashes(domains), hashes(subdomains), valuesOf('user')],
  ]);
  return { users, orgs: await keysFrom(db, ORGS, [valuesOf('org')]) };
}

/** The domains of e-mails that are subdomains of these domains. Each domain is tested once, however many users have it. */
async function knownSubdomains(db: Connection, of: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = [];
  if (of.size === 0) return found;
  await copyRows(db, DOMAINS, (row) => {
    const domain = row.text();
    if (parentsOf(domain).some((parent) => of.has(parent))) found.push(domain);
  });
  return found;
}

async function keysFrom(db: Queryable, sql: string, values: unknown[]): Promise<number[]> {
  const text = `select array_agg(key order by key) as keys from (${sql}) found`;
  return (await db.query<{ keys: number[] | null }>(text, values)).rows[0]!.keys ?? [];
}

const COUNT = `
  select
    (select count(*) from users s where s.id in (select unnest($1::int[]))
      and s.created_at is not null and s.deleted_stamp is null)::float8 as users,
    (select count(*) from orgs s where s.id in (select unnest($2::int[]))
      and s.created_at is not null and s.deleted_stamp is null)::float8 as orgs`;

/** How many of these users and orgs exist. */
export async function countExistingOf(
  db: Queryable,
  keys: { users: readonly number[]; orgs: readonly number[] },
): Promise<{ users: number; orgs: number }> {
  const values = [keys.users, keys.orgs];
  return (await db.query<{ users: number; orgs: number }>(COUNT, values)).rows[0]!;
}

const existingIn = (table: ExcludedTable, subjects: string) => `
  select count(*) from ${table} x
  join ${subjects} s on s.id >= x.block << ${BLOCK_SHIFT} and s.id < (x.block + 1) << ${BLOCK_SHIFT}
  where get_bit(x.bits, s.id & ${BLOCK_SIZE - 1}) = 1 and s.created_at is not null and s.deleted_stamp is null`;
const COUNT_EXCLUDED = `
  select (${existingIn('excluded_users', 'users')})::float8 as users,
    (${existingIn('excluded_orgs', 'orgs')})::float8 as orgs`;

/** How many existing users and orgs are excluded. */
export async function countExcluded(db: Queryable): Promise<{ users: number; orgs: number }> {
  return (await db.query<{ users: number; orgs: number }>(COUNT_EXCLUDED)).rows[0]!;
}

const replaceBlocks = (table: ExcludedTable) => `
  insert into ${table} (block, bits)
  select block, ('x' || bits)::bit(4096) from unnest($1::int[], $2::text[]) as incoming (block, bits)`;

/** Replaces the excluded users, or orgs. */
export async function writeExcluded(
  db: Queryable,
  table: ExcludedTable,
  keys: readonly number[],
): Promise<void> {
  const blocks = new Map<number, Buffer>();
  for (const key of keys) {
    const block = key >> BLOCK_SHIFT;
    const bits = blocks.get(block) ?? Buffer.alloc(BLOCK_BYTES);
    blocks.set(block, bits);
    const bit = key & (BLOCK_SIZE - 1);
    bits[bit >> 3]! |= 0x80 >> (bit & 7);
  }
  await db.query(`delete from ${table}`);
  const bits = [...blocks.values()].map((block) => block.toString('hex'));
  await db.query(replaceBlocks(table), [[...blocks.keys()], bits]);
  await db.query('update exclusions set changes = changes + 1');
}

const HAS_DOMAINS = `
  select exists (select from exclusion_rules where kind in ('domain', 'subdomains')) as "hasDomains"`;

/**
 * Applies the current rules to users whose e-mail changed. Triggers do so unless the store is distributed: Citus has no
 * triggers with transition tables.
 */
export async function applyExclusions(db: Queryable, userKeys: readonly number[]): Promise<void> {
  const { rows } = await db.query<{ hasDomains: boolean }>(HAS_DOMAINS);
  if (rows[0]!.hasDomains) await db.query('select apply_exclusions($1::int[])', [userKeys]);
}

function isDomain(kind: StoredRule['kind']): boolean {
  return kind === 'domain' || kind === 'subdomains';
}
