import type { NativeEvent, RecordOf } from '#libs/contracts';
import type { Connection, RowTransfer, Queryable, RowSet } from '#libs/database';
import { isDistributed } from '../distribution/is-distributed.query.js';

const ADD_IDENTITIES = (from: string) => `
  insert into event_identities (source, event_id)
  select source, event_id from ${from}
  order by source collate "C", event_id collate "C"
  on conflict do nothing
  returning source, event_id`;

const COLUMNS: RowSet['columns'] = [
  ['source', 'text'],
  ['event_id', 'text'],
];

/**
 * Stores the identities of a batch and drops events whose identity is known, from the store or from
 * earlier in the batch. Activity is not checked unless its `remembered` flag is set: repeating it
 * changes nothing.
 */
export async function dropRepeats(
  db: Connection,
  events: readonly NativeEvent[],
  transfer: RowTransfer,
): Promise<NativeEvent[]> {
  const first = new Map<string, NativeEvent>();
  const fresh: NativeEvent[] = [];
  for (const event of events) {
    if (event.type === 'user.active' && !event.remembered) {
      fresh.push(event);
      continue;
    }
    const identity = identityOf(event.source, event.id);
    if (!first.has(identity)) first.set(identity, event);
  }
  if (first.size === 0) return fresh;
  const rows = Array.from(first.values(), ({ source, id }) => [source, id]);
  const { from, values } = await transfer(db, { name: 'identities', columns: COLUMNS, rows });
  const added = await db.query<{ source: string; event_id: string }>(ADD_IDENTITIES(from), values);
  for (const row of added.rows) fresh.push(first.get(identityOf(row.source, row.event_id))!);
  return fresh;
}

const RESTORE = `
  insert into event_identities as i (source, event_id, received_at)
  select distinct on (source, event_id) source, event_id, received_at
  from unnest($1::text[], $2::text[], $3::timestamptz[]) as r (source, event_id, received_at)
  order by source, event_id, received_at
  on conflict (source, event_id) do update set received_at = excluded.received_at
  where excluded.received_at < i.received_at`;

/** Writes identities of an exported store with their times of receipt. */
export async function restoreIdentities(
  db: Queryable,
  identities: readonly RecordOf<'insightd.identity'>[],
): Promise<void> {
  await db.query(RESTORE, [
    identities.map(({ source }) => source),
    identities.map(({ event_id }) => event_id),
    identities.map(({ received_at }) => received_at),
  ]);
}

const MAX_FORGOTTEN = 100_000;
const FORGET = `
  delete from event_identities where ctid = any(array(
    select ctid from event_identities
    where received_at < now() - make_interval(hours => 24 * $1::int) and source <> all($2::text[])
    limit ${MAX_FORGOTTEN}))`;
// Rows of a distributed table cannot be deleted by their place. Each node deletes its part.
const FORGET_ON_NODES = `
  delete from event_identities
  where received_at < now() - make_interval(hours => 24 * $1::int) and source <> all($2::text[])`;

/**
 * Deletes a limited number of identities older than `days`.
 * @param kept sources whose identities are never deleted
 * @returns whether there may be more
 */
export async function forgetIdentities(
  db: Queryable,
  days: number,
  kept: readonly string[],
): Promise<boolean> {
  if (await isDistributed(db)) {
    await db.query(FORGET_ON_NODES, [days, kept]);
    return false;
  }
  return (await db.query(FORGET, [days, kept])).rowCount === MAX_FORGOTTEN;
}

function identityOf(source: string, id: string): string {
  return `${source}\0${id}`;
}
