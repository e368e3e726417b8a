import type { Written } from '#libs/facts';
import type { Queryable } from '#libs/database';
import { forgetLookUps } from '../enrichment/enrichment.store.js';
import { mentionHashes, mentionsOf, wordsOf, type Mentions } from './mentions.js';

/** Why a letter has no content any more, in place of its errors, which may name what was in it. */
export const MENTIONED =
  '{"event": ["The content was erased: it mentions a user or an organization that was deleted."]}';
const IN_DOUBT =
  '{"event": ["The content was erased when a user or an organization was deleted: it cannot be read in full, so it may mention them."]}';

// Any number that no other program is likely to lock: the letters "lett".
const LETTERS_LOCK = 0x6c657474;

/**
 * Takes turns until the transaction ends, so that no letter about a user is written beside the deletion of
 * that user and missed by it. Letters are written `shared`; a deletion takes the lock `alone` before it
 * writes letters itself, since two that hold it shared could not both go on to that.
 */
export async function lockLetters(db: Queryable, how: 'shared' | 'alone'): Promise<void> {
  const lock = how === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await db.query(`select ${lock}($1)`, [LETTERS_LOCK]);
}

const NO_ID_LONGER = 255;

// The last string of a letter that was cut off may be the beginning of an id.
const DELETED = `
  select id.user_id as text, false as is_torn
  from user_ids id join users u on u.id = id.id and u.deleted_stamp is not null
  where id.user_id = any($1)
  union all
  select id.org_id, false
  from org_ids id join orgs o on o.id = id.id and o.deleted_stamp is not null
  where id.org_id = any($1)
  union all
  select torn.text, true
  from unnest($2::text[]) as torn (text)
  where exists (
      select from user_ids id join users u on u.id = id.id and u.deleted_stamp is not null
      where id.user_id >= torn.text collate "C" and id.user_id < (torn.text || chr(1114111)) collate "C")
    or exists (
      select from org_ids id join orgs o on o.id = id.id and o.deleted_stamp is not null
      where id.org_id >= torn.text collate "C" and id.org_id < (torn.text || chr(1114111)) collate "C")`;

/** Which of some letters mention a user or an org that is deleted. @returns an answer a letter */
export async function deletedAmong(
  db: Queryable,
  letters: readonly Mentions[],
): Promise<boolean[]> {
  const texts = new Set(letters.flatMap((letter) => letter.texts.filter(canBeId)));
  const torn = new Set(letters.flatMap(({ torn: text }) => (text === undefined ? [] : [text])));
  const { rows } = await db.query<{ text: string; is_torn: boolean }>(DELETED, [
    [...texts],
    [...torn].filter((text) => text === '' || canBeId(text)),
  ]);
  const [gone, goneTorn] = [new Set<string>(), new Set<string>()];
  for (const { text, is_torn: isTorn } of rows) (isTorn ? goneTorn : gone).add(text);
  return letters.map(({ texts: mentioned, torn: end }) => {
    return mentioned.some((text) => gone.has(text)) || (end !== undefined && goneTorn.has(end));
  });
}

/** PostgreSQL keeps no NUL and no half of a surrogate pair. */
function canBeId(text: string): boolean {
  return text.length <= 2 * NO_ID_LONGER && text.isWellFormed() && !text.includes('\0');
}

const ERASED = 'body = null, mentions = null, event_id = null, user_id = null, org_id = null';

// A search of the index for each hash: one for all of them could become a comparison of every hash with
// every letter.
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
 * Erases what the letters and look-ups know of users and orgs that were deleted: the content of letters
 * that mention an id, or of users an address, a username or the names that were known. A letter that cannot
 * be read in full loses its content as well.
 */
export async function eraseTracesOf(db: Queryable, written: Written): Promise<void> {
  if (!deletes(written)) return;
  await lockLetters(db, 'alone');
  while (await readUnreadLetters(db));
  await forgetLookUps(db, written.deletedUserIds, written.deletedOrgIds);
  const { deletedUserIds, deletedOrgIds, traces } = written;
  const texts = [...deletedUserIds, ...deletedOrgIds, ...traces.texts];
  await db.query(ERASE, [mentionHashes(texts), MENTIONED, IN_DOUBT]);
  await eraseNamed(db, traces.names);
}

/** Whether a write deleted anyone, so that there may be letters to erase. */
export function deletes({ deletedUserIds, deletedOrgIds }: Written): boolean {
  return deletedUserIds.length + deletedOrgIds.length > 0;
}

/** A first name alone is many people's: a letter has to mention both names, where there are two. */
async function eraseNamed(db: Queryable, names: Written['traces']['names']): Promise<void> {
  const wanted = names.map((name) => name.map(hashesOfName));
  // By the last part, which fewer people share.
  const searched = wanted.flatMap((name) => name.at(-1) ?? []);
  if (searched.length === 0) return;
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
  if (found.length > 0) await db.query(ERASE_BY_ID, [found.map(({ id }) => id), MENTIONED]);
}

/** A part of a name as a whole, and its longest word, which stands for it in running text. */
function hashesOfName(part: string): number[] {
  const [longest] = wordsOf(part).sort((one, other) => other.length - one.length);
  return mentionHashes(longest === undefined ? [part] : [part, longest]);
}

/** Bodies of a mebibyte each, at most. */
const READ_AT_ONCE = 16;
const UNREAD = `
  select id, event_id, user_id, org_id, body
  from dead_letters
  where body is not null and mentions is null
  order by id limit $1 for update`;
const NOTE = `update dead_letters set mentions = $2, is_readable = $3 where id = $1`;

interface UnreadLetter {
  id: string;
  event_id: string | null;
  user_id: string | null;
  org_id: string | null;
  body: Buffer;
}

/**
 * Reads what some letters mention that an earlier version has kept, and erases those about deleted subjects.
 * @returns whether there may be more of them
 */
export async function readUnreadLetters(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<UnreadLetter>(UNREAD, [READ_AT_ONCE]);
  if (rows.length === 0) return false;
  const letters = rows.map(mentionsOfUnread);
  const isGone = await deletedAmong(db, letters);
  for (const [index, { id }] of rows.entries()) {
    const { texts, isComplete } = letters[index]!;
    if (isGone[index]!) await db.query(ERASE_BY_ID, [[id], MENTIONED]);
    else await db.query(NOTE, [id, mentionHashes(texts), isComplete]);
  }
  return rows.length === READ_AT_ONCE;
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
