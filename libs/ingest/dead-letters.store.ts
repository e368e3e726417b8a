import { createHash } from 'node:crypto';
import type { Queryable } from '#libs/platform';
import type { Rejected } from './check.js';

const ADD = `
  insert into dead_letters as d
    (source, digest, event_id, event_type, user_id, org_id, errors, body, received_at, last_at)
  select told.source, told.digest, told.event_id, told.event_type, told.user_id, told.org_id, told.errors,
    case when u.deleted_stamp is null and o.deleted_stamp is null then told.body end,
    told.received_at, told.received_at
  from unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::bytea[], $9::timestamptz[])
    as told (source, digest, event_id, event_type, user_id, org_id, errors, body, received_at)
  left join user_ids using (user_id) left join users u on u.id = user_ids.id
  left join org_ids using (org_id) left join orgs o on o.id = org_ids.id
  order by told.source, told.digest
  on conflict (source, digest) do update set
    attempts = d.attempts + 1, errors = excluded.errors, last_at = excluded.last_at`;

/** Keeps rejected events with their reasons. One sent again is kept once and counted. */
export async function addDeadLetters(
  db: Queryable,
  rejected: readonly (Rejected & { receivedAt: number })[],
): Promise<void> {
  if (rejected.length === 0) return;
  const unique = new Map(
    rejected.map((letter) => {
      const digest = createHash('sha256').update(letter.body).digest();
      return [`${letter.source}\0${digest.toString('hex')}`, { ...letter, digest }];
    }),
  );
  const letters = [...unique.values()];
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
  ]);
}

// Of a letter about nobody in particular (a line that is no JSON, say), the text is searched for the id
// in quotes. What was wrong may name a parameter, which is personal as well.
const ERASED = `body = null, errors = '{"event": ["was about somebody who is deleted"]}'`;
const ERASE = `
  update dead_letters set ${ERASED}
  where body is not null and (
    user_id = any($1) or org_id = any($2)
    or (user_id is null and org_id is null and exists (
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
