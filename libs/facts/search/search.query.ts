import type { Subject } from '#libs/contracts';
import type { Connection } from '#libs/database';
import { Bitset } from '../blocks/bitset.js';
import { notExcluded, type ExcludedTable } from '../read/excluded.js';
import { DOCUMENT, ORG_ID, ORG_NAME, USER_ID } from './search-indexes.js';

const MATCHES = `like search_text($1)`;

/** Separates the fields in `search_document`. */
const SEPARATOR = '\u0001';
/** Each field by itself: a text that contains the separator must not match across fields. */
const FIELDS = ['first_name', 'last_name', 'username', 'email'];
const IN_ONE_FIELD = FIELDS.map((field) => `search_text(${field}) ${MATCHES}`).join(' or ');

/**
 * Keys may repeat: removing the repetitions takes as long as everything else when most rows match. Deleted subjects have
 * no fields, only ids.
 */
const searchOf = (inFields: string, inIds: string) => `
  select string_agg(int4send(key), '') as keys from (${inFields} union all ${inIds}) matching`;

/** The ids that match, without those of deleted and excluded subjects. */
const idSearch = (ids: string, subjects: string, id: string, excluded: ExcludedTable) => `
  select i.id from ${ids} i left join ${subjects} s on s.id = i.id and s.deleted_stamp is not null
  where ${id} ${MATCHES} and s.id is null and ${notExcluded(excluded, 'i.id')}`;

const userSearch = (condition: string) =>
  searchOf(
    `select user_key as key from user_profiles p
     where (${condition}) and ${notExcluded('excluded_users', 'p.user_key')}`,
    idSearch('user_ids', 'users', USER_ID, 'excluded_users'),
  );

const ORG_SEARCH = searchOf(
  `select id as key from orgs o where ${ORG_NAME} ${MATCHES} and ${notExcluded('excluded_orgs', 'o.id')}`,
  idSearch('org_ids', 'orgs', ORG_ID, 'excluded_orgs'),
);

/**
 * The users, or orgs, one of whose fields contains a text, ignoring case: of users the first name, last name, username,
 * e-mail and id, of orgs the name and id. Without deleted and excluded ones; includes ids that were only mentioned.
 * @param db in a transaction, whose limits apply
 */
export async function searchSubjects(
  db: Connection,
  subject: Subject,
  text: string,
): Promise<Bitset> {
  const condition = text.includes(SEPARATOR) ? IN_ONE_FIELD : `${DOCUMENT} ${MATCHES}`;
  const sql = subject === 'user' ? userSearch(condition) : ORG_SEARCH;
  // Compiling a query takes longer than most searches.
  await db.query('set local jit = off');
  const { rows } = await db.query<{ keys: Buffer | null }>(sql, [patternOf(text)]);
  return keysOf(rows[0]!.keys);
}

/** The pattern of LIKE for texts that contain `text`. */
function patternOf(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

function keysOf(packed: Buffer | null): Bitset {
  if (!packed) return new Bitset(0);
  let most = 0;
  for (let at = 0; at < packed.length; at += 4) most = Math.max(most, packed.readInt32BE(at));
  const keys = new Bitset(most + 1);
  for (let at = 0; at < packed.length; at += 4) keys.add(packed.readInt32BE(at));
  return keys;
}
