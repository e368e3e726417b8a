import type { Written } from '#libs/facts';
import type { Queryable } from '#libs/database';
import { forgetFetches } from '../enrichment/enrichment.store.js';
import { mentionHashes, mentionsOf, wordsOf, type Mentions } from './mentions.js';

/** Replaces the errors of an erased letter, which may quote its content. */
export const MENTIONED =
  '{"event": ["The content was erased: it mentions a user or an organization that was deleted."]}';
const IN_DOUBT =
  '{"event": ["The content was erased when a user or an organization was deleted: it cannot be read in full, so it may mention them."]}';

// Advisory lock key: the letters "lett".
const LETTERS_LOCK = 0x6c657474;

/**
 * Locks the dead letters until the transaction ends, so that a deletion cannot miss a letter that
 * is being written. Writers of letters lock `shared`, deletions `alone`. A deletion takes the lock
 * before it writes letters itself: two transactions that hold it shared would deadlock when both
 * upgrade.
 */
export async function lockLetters(db: Queryable, how: 'shared' | 'alone'): Promise<void> {
  const lock = how === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await db.query(`select ${lock}($1)`, [LETTERS_LOCK]);
}

const MAX_ID_LENGTH = 255;

const DELETED = `
  select id.user_id as text
  from user_ids id join users u on u.id = id.id and u.deleted_stamp is not null
  where id.user_id = any($1)
  union all
  select id.org_id
  from org_ids id join orgs o on o.id = id.id and o.deleted_stamp is not null
  where id.org_id = any($1)`;
// The last string of a truncated letter may be the beginning of an id.
const DELETED_TORN = `
  select torn.text
  from unnest($1::text[]) as torn (text)
  join user_ids id
    on id.user_id >= torn.text collate "C" and id.user_id < (torn.text || chr(1114111)) collate "C"
  join users u on u.id = id.id and u.deleted_stamp is not null
  union
  select torn.text
  from unnest($1::text[]) as torn (text)
  join org_ids id
    on id.org_id >= torn.text collate "C" and id.org_id < (torn.text || chr(1114111)) collate "C"
  join orgs o on o.id = id.id and o.deleted_stamp is not null`;

/** Whether letters mention a deleted user or org. @returns one value per letter, in their order */
export async function deletedAmong(
  db: Queryable,
  letters: readonly Mentions[],
): Promise<boolean[]> {
  const texts = new Set(letters.flatMap((letter) => letter.texts.filter(canBeId)));
  const torn = new Set(letters.flatMap(({ torn: text }) => (text === undefined ? [] : [text])));
  const among = async (sql: string, wanted: string[]) => {
    if (wanted.length === 0) return new Set<string>();
    const { rows } = await db.query<{ text: string }>(sql, [wanted]);
    return new Set(rows.map(({ text }) => text));
  };
  const gone = await among(DELETED, [...texts]);
  const ends = [...torn].filter((text) => text === '' || canBeId(text));
  const goneTorn = await among(DELETED_TORN, ends);
  return letters.map(({ texts: mentioned, torn: end }) => {
    return mentioned.some((text) => gone.has(text)) || (end !== undefined && goneTorn.has(end));
  });
}

/** PostgreSQL cannot store NUL or half a surrogate pair. */
function canBeId(text: string): boolean {
  return text.length <= 2 * MAX_ID_LENGTH && text.isWellFormed() && !text.includes('\0');
}

const ERASED = 'body = null, mentions = null, event_id = null, user_id = null, org_id = null';

// One index search per hash. A single search for all hashes could become a comparison of every hash
// with every letter.
const ERASE = `
  with found as (
    select letter.id
    from unnest($1::bigint[]) as gone (hash)
    cross join lateral (select id from dead_letters where mentions @> array[gone.hash]) letter),
  erased as (
    update dead_letters set ${ERASED}, errors = $2
    where body is not null and id in (select id from found)
    returning id)
  update dead_letters set ${ERASED}, errors = $3
  where body is not null and not is_readable and id not in (select id from erased)`;

const NAMED = `
  select letter.id, letter.mentions
  from unnest($1::bigint[]) as gone (hash)
  cross join lateral (
    select id, mentions from dead_letters
    where body is not null and mentions @> array[gone.hash]) letter`;

const ERASE_BY_ID = `update dead_letters set ${ERASED}, errors = $2 where id = any($1::bigint[])`;

/**
 * Erases deleted users and orgs from dead letters and queued fetches. A letter loses its content
 * when it mentions their id, address, username or known names, or when it cannot be read in full.
 */
export async function eraseTracesOf(db: Queryable, written: Written): Promise<void> {
  if (!deletes(written)) return;
  await lockLetters(db, 'alone');
  while (await readUnreadLetters(db));
  await forgetFetches(db, written.deletedUserIds, written.deletedOrgIds);
  const { deletedUserIds, deletedOrgIds, traces } = written;
  const texts = [...deletedUserIds, ...deletedOrgIds, ...traces.texts];
  await db.query(ERASE, [mentionHashes(texts), MENTIONED, IN_DOUBT]);
  await eraseNamed(db, traces.names);
}

/** Whether a write deleted a user or an org, so that letters may have to be erased. */
export function deletes({ deletedUserIds, deletedOrgIds }: Written): boolean {
  return deletedUserIds.length + deletedOrgIds.length > 0;
}

/** Erases letters that mention all known parts of a name. */
async function eraseNamed(db: Queryable, names: Written['traces']['names']): Promise<void> {
  const found = await namedLetters(db, names);
  if (found.length > 0) await db.query(ERASE_BY_ID, [found, MENTIONED]);
}

/** The ids of letters that mention all known parts of a name. A first name alone is too common. */
async function namedLetters(db: Queryable, names: Written['traces']['names']): Promise<string[]> {
  const wanted = names.map((name) => name.map(hashesOfName));
  // Searches by the last part, which fewer people share.
  const searched = wanted.flatMap((name) => name.at(-1) ?? []);
  if (searched.length === 0) return [];
  const { rows } = await db.query<{ id: string; mentions: string[] }>(NAMED, [
    [...new Set(searched)],
  ]);
  const byLast = new Map<number, number[][][]>();
  for (const name of wanted) {
    for (const hash of name.at(-1) ?? []) byLast.set(hash, [...(byLast.get(hash) ?? []), name]);
  }
  const found = rows.filter(({ mentions }) => {
    const known = new Set(mentions.map(Number));
    const candidates = [...known].flatMap((hash) => byLast.get(hash) ?? []);
    return candidates.some((name) => name.every((part) => part.some((hash) => known.has(hash))));
  });
  return found.map(({ id }) => id);
}

// The second part finds letters that an earlier release stored without mentions.
const MENTIONING = `
  select letter.id
  from unnest($1::bigint[]) as wanted (hash)
  cross join lateral (
    select id from dead_letters where body is not null and mentions @> array[wanted.hash]) letter
  union
  select id from dead_letters where user_id = $2`;

/**
 * The ids of the letters that a deletion of a user would erase, without those that cannot be read in full.
 * @param texts the user's address, username and other single fields
 * @param name the known parts of the user's name
 */
export async function lettersMentioning(
  db: Queryable,
  userId: string,
  { texts, name }: { texts: readonly string[]; name: readonly string[] },
): Promise<bigint[]> {
  const { rows } = await db.query<{ id: string }>(MENTIONING, [
    mentionHashes([userId, ...texts]),
    userId,
  ]);
  const named = name.length === 0 ? [] : await namedLetters(db, [[...name]]);
  const ids = new Set([...rows.map(({ id }) => id), ...named].map(BigInt));
  return [...ids].sort((one, other) => (one < other ? -1 : Number(one > other)));
}

/** Hashes of a part of a name and of its longest word, which may appear alone in running text. */
function hashesOfName(part: string): number[] {
  const [longest] = wordsOf(part).sort((one, other) => other.length - one.length);
  return mentionHashes(longest === undefined ? [part] : [part, longest]);
}

/** Letters read per call; each body has at most 1 MiB. */
const MAX_READ = 16;
const UNREAD = `
  select id, event_id, user_id, org_id, body
  from dead_letters
  where body is not null and mentions is null
  order by id limit $1 for update`;
const SET_MENTIONS = `update dead_letters set mentions = $2, is_readable = $3 where id = $1`;

interface UnreadLetter {
  id: string;
  event_id: string | null;
  user_id: string | null;
  org_id: string | null;
  body: Buffer;
}

/**
 * Indexes the mentions of some letters that an earlier release stored without them, and erases
 * those that mention deleted subjects.
 * @returns whether there may be more
 */
export async function readUnreadLetters(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<UnreadLetter>(UNREAD, [MAX_READ]);
  if (rows.length === 0) return false;
  const letters = rows.map(mentionsOfUnread);
  const isGone = await deletedAmong(db, letters);
  for (const [index, { id }] of rows.entries()) {
    const { texts, isComplete } = letters[index]!;
    if (isGone[index]!) await db.query(ERASE_BY_ID, [[id], MENTIONED]);
    else await db.query(SET_MENTIONS, [id, mentionHashes(texts), isComplete]);
  }
  return rows.length === MAX_READ;
}

function mentionsOfUnread({ body, event_id: eventId, user_id, org_id }: UnreadLetter): Mentions {
  const text = body.toString('utf8');
  const mentions = mentionsOf(text);
  const others = [eventId, user_id, org_id].filter((one) => one !== null);
  return {
    ...mentions,
    texts: [...mentions.texts, ...others.flatMap((other) => mentionsOf(other).texts)],
    isComplete: mentions.isComplete && isJson(text),
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
