import type { Subject } from '#libs/contracts';
import type { Database } from '#libs/database';
import { Bitset } from '../blocks/bitset.js';
import { notExcluded, type ExcludedTable } from '../read/excluded.js';
import { DOCUMENT, ORG_ID, ORG_NAME, USER_ID } from './search-indexes.js';

/** Separates the fields in `search_document`. */
const SEPARATOR = '\u0001';
/** Each field by itself: a text that contains the separator must not match across fields. */
const FIELDS = ['first_name', 'last_name', 'username', 'email'];

/**
 * Keys may repeat: removing the repetitions takes as long as everything else when most rows match. Deleted subjects have
 * no fields, only ids.
 */
const searchOf = (inFields: string, inIds: string) => `
  select string_agg(int4send(key), '') as keys from (${inFields} union all ${inIds}) matching`;

/** The ids that match, without those of deleted and excluded subjects. */
const idSearch = (ids: string, subjects: string, matches: string, excluded: ExcludedTable) => `
  select i.id from ${ids} i left join ${subjects} s on s.id = i.id and s.deleted_stamp is not null
  where ${matches} and s.id is null and ${notExcluded(excluded, 'i.id')}`;

const userSearch = (inFields: string, inId: string) =>
  searchOf(
    `select user_key as key from user_profiles p
     where (${inFields}) and ${notExcluded('excluded_users', 'p.user_key')}`,
    idSearch('user_ids', 'users', inId, 'excluded_users'),
  );

const orgSearch = (inName: string, inId: string) =>
  searchOf(
    `select id as key from orgs o where ${inName} and ${notExcluded('excluded_orgs', 'o.id')}`,
    idSearch('org_ids', 'orgs', inId, 'excluded_orgs'),
  );

/**
 * The users, or orgs, one of whose fields contains a text, ignoring case: of users the first name, last name, username,
 * e-mail and id, of orgs the name and id. Without deleted and excluded ones; includes ids that were only mentioned.
 */
export async function searchSubjects(
  db: Database,
  subject: Subject,
  text: string,
): Promise<Bitset> {
  const matches = 'like search_text($1)';
  const inOneField = FIELDS.map((field) => `search_text(${field}) ${matches}`).join(' or ');
  const inFields = text.includes(SEPARATOR) ? inOneField : `${DOCUMENT} ${matches}`;
  const search =
    subject === 'user'
      ? userSearch(inFields, `${USER_ID} ${matches}`)
      : orgSearch(`${ORG_NAME} ${matches}`, `${ORG_ID} ${matches}`);
  // Compiling a query takes longer than most searches.
  const settings = ['set local jit = off'];
  const values = [patternOf(text)];
  const [row] = await db.queryLimited<{ keys: Buffer | null }>(search, values, settings);
  return keysOf(row!.keys);
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
