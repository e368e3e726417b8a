import type { PersonExport } from '#libs/contracts';
import { pseudonymOf } from '#libs/facts';
import type { Queryable } from '#libs/database';
import type { Fetch } from '../sources/source.js';

/** A fetch to queue. Its answer becomes the event with the identity (source, event id). */
export interface WantedFetch extends Fetch {
  source: string;
  eventId: string;
  /** When the message was first received, ms since 1970. */
  receivedAt: number;
}

/** A claimed fetch. */
export interface DueFetch extends Fetch {
  row: string;
  source: string;
  eventId: string;
  /** When the message was first received, ms since 1970. */
  receivedAt: number;
  attempts: number;
}

// A message may be delivered again after its fetch was answered. The event's identity shows that.
// Read apart from the list: on Citus, a subquery of a distributed table cannot refer to one of parameters.
const ADD = `
  with known as (
    select source, event_id from event_identities where source = any($1::text[]) and event_id = any($2::text[])
  )
  insert into source_lookups (source, event_id, kind, subject, received_at)
  select wanted.* from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
    as wanted (source, event_id, kind, subject, received_at)
  where (wanted.source, wanted.event_id) not in (select source, event_id from known)
  order by wanted.source, wanted.event_id
  on conflict do nothing`;

/**
 * Queues fetches. Queueing the same fetch again has no effect.
 * @param hashKey the store's key, for event ids that contain an address
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

// A claim postpones the fetch: when a worker dies, another takes it over, and no transaction waits
// for a vendor's API. Pauses are shorter than a day; a longer one was set by a clock that was
// ahead.
const CLAIM = `
  update source_lookups set attempts = attempts + 1, next_at = now() + make_interval(secs => $3)
  where id in (
    select id from source_lookups
    where source = $1 and (next_at <= now() or next_at > now() + interval '1 day')
    order by next_at limit $2 for update skip locked)
  returning id as row, source, event_id as "eventId", kind, subject as id, attempts,
    floor(extract(epoch from coalesce(received_at, added_at)) * 1000)::float8 as "receivedAt"`;

/** Claims due fetches of a source for `leaseSeconds`. */
export async function claimFetches(
  db: Queryable,
  source: string,
  { limit, leaseSeconds }: { limit: number; leaseSeconds: number },
): Promise<DueFetch[]> {
  return (await db.query<DueFetch>(CLAIM, [source, limit, leaseSeconds])).rows;
}

// Compares the event's identity as well: a restored store may have another fetch under the same
// number.
const IS_SAME = 'id = $1 and event_id = $2 and source = $3';

/** Removes an answered fetch. @returns whether it was there */
export async function endFetch(
  db: Queryable,
  { row, eventId, source }: DueFetch,
): Promise<boolean> {
  const sql = `delete from source_lookups where ${IS_SAME}`;
  return (await db.query(sql, [row, eventId, source])).rowCount === 1;
}

const FORGET = `
  delete from source_lookups
  where (kind = 'user' and subject = any($1)) or (kind = 'org' and subject = any($2))`;

/** Deletes the fetches of deleted users and orgs, including stored errors. */
export async function forgetFetches(
  db: Queryable,
  userIds: readonly string[],
  orgIds: readonly string[],
): Promise<void> {
  await db.query(FORGET, [userIds, orgIds]);
}

const OF_USER = `
  select source, event_id, floor(extract(epoch from added_at))::float8 as added_at, error
  from source_lookups where kind = 'user' and subject = $1
  order by id`;

/** The fetches that wait for the values of a user. */
export async function fetchesOfUser(
  db: Queryable,
  userId: string,
): Promise<PersonExport['pending_fetches']> {
  return (await db.query<PersonExport['pending_fetches'][number]>(OF_USER, [userId])).rows;
}

/** Postpones a failed fetch by `ms` and stores its error. */
export async function retryFetch(
  db: Queryable,
  { row, eventId, source }: DueFetch,
  { ms, error }: { ms: number; error: string },
): Promise<void> {
  const sql = `
    update source_lookups set error = $5, next_at = now() + make_interval(secs => $4::float8 / 1000)
    where ${IS_SAME}`;
  await db.query(sql, [row, eventId, source, ms, error]);
}

/** Postpones all fetches of a source, which asked for a pause of `ms`. */
export async function deferFetches(db: Queryable, source: string, ms: number): Promise<void> {
  const sql = `
    update source_lookups
    set next_at = greatest(next_at, now() + make_interval(secs => $2::float8 / 1000))
    where source = $1`;
  await db.query(sql, [source, ms]);
}

/** Deletes fetches queued more than `days` ago. */
export async function dropOldFetches(db: Queryable, days: number): Promise<void> {
  const sql =
    'delete from source_lookups where added_at < now() - make_interval(hours => 24 * $1::int)';
  await db.query(sql, [days]);
}
