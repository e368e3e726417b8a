import { pseudonymOf } from '#libs/facts';
import type { Queryable } from '#libs/database';
import type { Fetch } from '../sources/source.js';

/** A look-up of a source: what is told of it will be an event under (source, event id). */
export interface WantedFetch extends Fetch {
  source: string;
  eventId: string;
  /** When the message was first received, ms since 1970. */
  receivedAt: number;
}

export interface DueFetch extends Fetch {
  row: string;
  eventId: string;
  /** When the message was first received, ms since 1970. */
  receivedAt: number;
  attempts: number;
}

// Delivered again after it was answered, a message is known by the identity of the event it became.
const ADD = `
  insert into source_lookups (source, event_id, kind, subject, received_at)
  select w.* from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
    as w (source, event_id, kind, subject, received_at)
  where not exists (select from event_identities i where i.source = w.source and i.event_id = w.event_id)
  order by w.source, w.event_id
  on conflict do nothing`;

/**
 * Notes what is to be looked up; once, however often it is wanted.
 * @param hashKey the store's key, for event ids that hold an address
 */
export async function addFetches(
  db: Queryable,
  wanted: readonly WantedFetch[],
  hashKey: Buffer,
): Promise<void> {
  if (wanted.length === 0) return;
  await db.query(ADD, [
    wanted.map(({ source }) => source),
    wanted.map(({ eventId }) => pseudonymOf(eventId, hashKey)),
    wanted.map(({ kind }) => kind),
    wanted.map(({ id }) => id),
    wanted.map(({ receivedAt }) => new Date(receivedAt).toISOString()),
  ]);
}

// Claimed by putting it off: a worker that dies leaves it to the next, and no transaction waits for
// somebody else's API. No pause is as long as a day: one that is was set by a clock that was ahead.
const CLAIM = `
  update source_lookups set attempts = attempts + 1, next_at = now() + make_interval(secs => $3)
  where id in (
    select id from source_lookups
    where source = $1 and (next_at <= now() or next_at > now() + interval '1 day')
    order by next_at limit $2 for update skip locked)
  returning id as row, event_id as "eventId", kind, subject as id, attempts,
    floor(extract(epoch from coalesce(received_at, added_at)) * 1000)::float8 as "receivedAt"`;

/** Takes due look-ups of a source, which nobody else takes for `leaseSeconds`. */
export async function claimFetches(
  db: Queryable,
  source: string,
  { limit, leaseSeconds }: { limit: number; leaseSeconds: number },
): Promise<DueFetch[]> {
  return (await db.query<DueFetch>(CLAIM, [source, limit, leaseSeconds])).rows;
}

// By its identity as well: a store that was restored meanwhile may have another one under the same number.
const IS_IT = 'id = $1 and event_id = $2';

/** Ends a look-up that is answered. */
export async function endFetch(db: Queryable, { row, eventId }: DueFetch): Promise<void> {
  await db.query(`delete from source_lookups where ${IS_IT}`, [row, eventId]);
}

const FORGET = `
  delete from source_lookups
  where (kind = 'user' and subject = any($1)) or (kind = 'org' and subject = any($2))`;

/** Drops the look-ups of deleted users and orgs, and what was said when one failed. */
export async function forgetLookUps(
  db: Queryable,
  userIds: readonly string[],
  orgIds: readonly string[],
): Promise<void> {
  await db.query(FORGET, [userIds, orgIds]);
}

/** Has a look-up that failed tried again in `ms`. */
export async function retryFetch(
  db: Queryable,
  { row, eventId }: DueFetch,
  { ms, error }: { ms: number; error: string },
): Promise<void> {
  const sql = `
    update source_lookups set error = $4, next_at = now() + make_interval(secs => $3::float8 / 1000)
    where ${IS_IT}`;
  await db.query(sql, [row, eventId, ms, error]);
}

/** Puts off every look-up of a source: it asked for a pause. */
export async function deferFetches(db: Queryable, source: string, ms: number): Promise<void> {
  const sql = `
    update source_lookups
    set next_at = greatest(next_at, now() + make_interval(secs => $2::float8 / 1000))
    where source = $1`;
  await db.query(sql, [source, ms]);
}

/** Gives up look-ups wanted more than `days` ago. */
export async function dropOldFetches(db: Queryable, days: number): Promise<void> {
  const sql =
    'delete from source_lookups where added_at < now() - make_interval(hours => 24 * $1::int)';
  await db.query(sql, [days]);
}
