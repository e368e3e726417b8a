import { createHash } from 'node:crypto';
import type { Sender } from '#libs/contracts';
import type { Queryable } from '#libs/platform';
import { usable, type Rejected } from './check.js';

// A letter is about a user and an org at most, so far as that is known; what its text mentions besides
// must not be of somebody deleted either.
const ADD = `
  with mentioned as (
    select letter, id from unnest($11::int[], $12::text[]) as mentioned (letter, id)),
  gone as (
    select letter from mentioned m
    join user_ids i on i.user_id = m.id join users u on u.id = i.id and u.deleted_stamp is not null
    union
    select letter from mentioned m
    join org_ids i on i.org_id = m.id join orgs o on o.id = i.id and o.deleted_stamp is not null)
  insert into dead_letters as d
    (source, digest, event_id, event_type, user_id, org_id, errors, body, received_at, last_at, message_at,
      sender_kind, sender)
  select told.source, told.digest, told.event_id, told.event_type, told.user_id, told.org_id, told.errors,
    case when u.deleted_stamp is null and o.deleted_stamp is null and gone.letter is null then told.body end,
    told.received_at, told.received_at, told.message_at, told.sender_kind, told.sender
  from unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::bytea[], $9::timestamptz[], $10::timestamptz[],
      $13::text[], $14::text[])
    with ordinality as told (source, digest, event_id, event_type, user_id, org_id, errors, body, received_at, message_at,
      sender_kind, sender, letter)
  left join user_ids using (user_id) left join users u on u.id = user_ids.id
  left join org_ids using (org_id) left join orgs o on o.id = org_ids.id
  left join gone using (letter)
  order by told.source, told.digest
  on conflict (source, digest) do update set
    attempts = d.attempts + 1, errors = excluded.errors, last_at = excluded.last_at,
    sender_kind = excluded.sender_kind, sender = excluded.sender`;

/** Keeps rejected events with their reasons. One sent again is kept once and counted. */
export async function addDeadLetters(
  db: Queryable,
  rejected: readonly (Rejected & { receivedAt: number; sender: Sender })[],
): Promise<void> {
  if (rejected.length === 0) return;
  const unique = new Map(
    rejected.map((letter) => {
      const digest = digestOf(letter);
      return [`${letter.source}\0${digest.toString('hex')}`, { ...letter, digest }];
    }),
  );
  const letters = [...unique.values()];
  const mentions = letters.flatMap((letter, index) =>
    isAboutOne(letter) ? [] : mentionedIn(letter.body).map((id) => ({ letter: index + 1, id })),
  );
  await db.query(ADD, [
    letters.map((letter) => letter.source),
    letters.map((letter) => letter.digest),
    letters.map((letter) => letter.id),
    letters.map((letter) => letter.type),
    letters.map((letter) => letter.userId),
    letters.map((letter) => letter.orgId),
    letters.map((letter) => JSON.stringify(letter.errors)),
    letters.map((letter) => letter.body),
    letters.map((letter) => new Date(letter.receivedAt).toISOString()),
    letters.map(({ messageAt: at }) => (at === undefined ? null : new Date(at).toISOString())),
    mentions.map(({ letter }) => letter),
    mentions.map(({ id }) => id),
    letters.map((letter) => letter.sender.kind),
    letters.map((letter) => letter.sender.name),
  ]);
}

/** Two messages may say the same, a sign-in and the next one, where a native event has its id in it. */
function digestOf({ body, id, messageAt }: Rejected): Buffer {
  const hash = createHash('sha256').update(body);
  return (messageAt === undefined ? hash : hash.update(`\0${id}`)).digest();
}

/** Whether the columns tell whom it is about. */
function isAboutOne({ userId, orgId, messageAt }: Rejected): boolean {
  return messageAt === undefined && (userId !== null || orgId !== null);
}

const MAX_MENTIONED = 10_000;

/** The texts in quotes, any of which may be an id, of a body that need not be whole. */
function mentionedIn(body: Buffer): string[] {
  const quoted = body.toString('utf8').match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  const texts = new Set(quoted.slice(0, MAX_MENTIONED).map(unquoted));
  return [...texts].map(usable).filter((id) => id !== null);
}

function unquoted(quoted: string): unknown {
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}

// Of a letter about nobody in particular (a line that is no JSON, say), and of a message, which may be
// about many, the text is searched for the id in quotes. What was wrong may name a parameter, which is personal as well.
const ERASED = `body = null, errors = '{"event": ["was about somebody who is deleted"]}'`;
const ERASE = `
  update dead_letters set ${ERASED}
  where body is not null and (
    user_id = any($1) or org_id = any($2)
    or ((message_at is not null or (user_id is null and org_id is null)) and exists (
      select from unnest($3::text[]) id where position(convert_to(id, 'UTF8') in body) > 0)))`;

/** Drops the bodies of dead letters about users and orgs that were deleted. */
export async function eraseBodies(
  db: Queryable,
  userIds: readonly string[],
  orgIds: readonly string[],
): Promise<void> {
  if (userIds.length + orgIds.length === 0) return;
  const quoted = [...userIds, ...orgIds].map((id) => JSON.stringify(id));
  await db.query(ERASE, [userIds, orgIds, quoted]);
}

// A letter written while its subject's deletion was being committed may have missed it.
const ERASE_MISSED = `
  update dead_letters d set ${ERASED}
  where d.body is not null and (
    exists (
      select from user_ids i join users u using (id)
      where i.user_id = d.user_id and u.deleted_stamp is not null)
    or exists (
      select from org_ids i join orgs o using (id)
      where i.org_id = d.org_id and o.deleted_stamp is not null))`;
const DROP_OLD =
  'delete from dead_letters where last_at < now() - make_interval(hours => 24 * $1::int)';

/** Drops dead letters last sent more than `days` ago, and what personal data was missed. */
export async function tidyDeadLetters(db: Queryable, days: number): Promise<void> {
  await db.query(ERASE_MISSED);
  await db.query(DROP_OLD, [days]);
}
