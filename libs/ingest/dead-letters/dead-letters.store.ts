import { createHash } from 'node:crypto';
import type { Sender } from '#libs/contracts';
import { holdsAddress, pseudonymOf } from '#libs/facts';
import type { Queryable } from '#libs/database';
import { deletedAmong, lockLetters, MENTIONED } from './dead-letters.erasure.js';
import type { Rejected } from '../pipeline/check.js';
import { mentionHashes } from './mentions.js';

// A letter whose content was erased stays erased when it is sent again.
const ADD = `
  insert into dead_letters as d
    (source, digest, event_id, event_type, user_id, org_id, errors, body, mentions, is_readable,
      received_at, last_at, message_at, sender_kind, sender)
  select source, digest, event_id, event_type, user_id, org_id, errors, body, mentions::bigint[], is_readable,
    received_at, received_at, message_at, sender_kind, sender
  from unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[],
    $8::bytea[], $9::text[], $10::boolean[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::text[])
    as letter (source, digest, event_id, event_type, user_id, org_id, errors, body, mentions, is_readable,
      received_at, message_at, sender_kind, sender)
  order by source, digest
  on conflict (source, digest) do update set
    attempts = d.attempts + 1, last_at = excluded.last_at,
    sender_kind = excluded.sender_kind, sender = excluded.sender,
    errors = case when d.body is null then d.errors else excluded.errors end,
    body = case when excluded.body is null then null else d.body end,
    mentions = case when excluded.body is null then null else d.mentions end,
    event_id = case when excluded.body is null then null else d.event_id end,
    user_id = case when excluded.body is null then null else d.user_id end,
    org_id = case when excluded.body is null then null else d.org_id end`;

type Letter = Rejected & { receivedAt: number; sender: Sender };

/**
 * Stores rejected events with their reasons. A repeated event is stored once and counted. An event
 * that mentions a deleted user or org is stored without its content.
 * @param hashKey the store's key, for sources that contain an address
 */
export async function addDeadLetters(
  db: Queryable,
  rejected: readonly Letter[],
  hashKey: Buffer,
): Promise<void> {
  if (rejected.length === 0) return;
  await lockLetters(db, 'shared');
  const unique = new Map<string, Letter & { digest: Buffer }>();
  for (const letter of rejected) {
    const source = pseudonymOf(letter.source, hashKey);
    const digest = digestOf(letter);
    unique.set(`${source}\0${digest.toString('hex')}`, { ...letter, source, digest });
  }
  const letters = [...unique.values()];
  const isGone = await deletedAmong(
    db,
    letters.map(({ mentions, userId, orgId }) => ({
      ...mentions,
      texts: [...mentions.texts, userId, orgId].filter((text) => text !== null),
    })),
  );
  const rows = letters.map((letter, index) => rowOf(letter, isGone[index]!));
  await db.query(
    ADD,
    rows[0]!.map((_, column) => rows.map((row) => row[column])),
  );
}

/** The columns of a letter, in the order of the statement. */
function rowOf(letter: Letter & { digest: Buffer }, isGone: boolean): unknown[] {
  const { source, digest, type, receivedAt, messageAt, sender, mentions } = letter;
  const kept = <T>(value: T): T | null => (isGone ? null : value);
  const texts = [...mentions.texts, letter.userId, letter.orgId].filter((text) => text !== null);
  return [
    source,
    digest,
    kept(letter.id),
    type !== null && holdsAddress(type) ? null : type,
    kept(letter.userId),
    kept(letter.orgId),
    isGone ? MENTIONED : JSON.stringify(letter.errors),
    kept(letter.body),
    // Passed as text: PostgreSQL has no arrays of arrays of different lengths.
    kept(`{${mentionHashes(texts).join(',')}}`),
    mentions.isComplete,
    new Date(receivedAt).toISOString(),
    messageAt === undefined ? null : new Date(messageAt).toISOString(),
    sender.kind,
    sender.name,
  ];
}

/**
 * The digest that identifies a letter. Includes a message's id: two sign-ins may have the same
 * body.
 */
function digestOf({ body, id, messageAt }: Rejected): Buffer {
  const hash = createHash('sha256').update(body);
  return (messageAt === undefined ? hash : hash.update(`\0${id}`)).digest();
}

const DROP_OLD =
  'delete from dead_letters where last_at < now() - make_interval(hours => 24 * $1::int)';

/** Deletes letters last sent more than `days` ago. */
export async function dropOldLetters(db: Queryable, days: number): Promise<void> {
  await db.query(DROP_OLD, [days]);
}

/** Approximate size of a letter without its body and mentions. */
const ROW_BYTES = 400;

/** Approximate size of a letter on disk, in bytes. */
export function bytesOfLetter({ body, mentions }: Pick<Rejected, 'body' | 'mentions'>): number {
  return body.length + 8 * mentions.texts.length + ROW_BYTES;
}

const BYTES = `coalesce(octet_length(body), 0) + 8 * coalesce(cardinality(mentions), 0) + ${ROW_BYTES}`;
const STORED = `select coalesce(sum(${BYTES}), 0)::float8 as bytes from dead_letters`;

/** Approximate size of all letters on disk, in bytes. */
export async function storedLetterBytes(db: Queryable): Promise<number> {
  return (await db.query<{ bytes: number }>(STORED)).rows[0]!.bytes;
}

// Skips letters that another process is deleting.
const DROP_EXCESS = `
  with sized as (
    select id, sum(${BYTES}) over (order by last_at desc, id desc) as bytes
    from dead_letters),
  dropped as (
    select id from dead_letters where id in (select id from sized where bytes > $1)
    order by id for update skip locked)
  delete from dead_letters where id in (select id from dropped)`;

/**
 * Deletes the letters sent longest ago until the rest take at most `maxBytes`.
 * @returns the number deleted
 */
export async function dropExcessLetters(db: Queryable, maxBytes: number): Promise<number> {
  return (await db.query(DROP_EXCESS, [maxBytes])).rowCount ?? 0;
}
