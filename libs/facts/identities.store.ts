import type { NativeEvent } from '#libs/contracts';
import type { Queryable } from '#libs/platform';

const REMEMBER = `
  insert into event_identities (source, event_id)
  select * from unnest($1::text[], $2::text[]) as told (source, event_id)
  order by source collate "C", event_id collate "C"
  on conflict do nothing
  returning source, event_id`;

/**
 * Remembers the identities of a batch and drops the events that came before, here or in the batch.
 * Activity passes as it is unless it asks to be remembered: saying it twice changes nothing.
 */
export async function dropRepeats(
  db: Queryable,
  events: readonly NativeEvent[],
): Promise<NativeEvent[]> {
  const first = new Map<string, NativeEvent>();
  const fresh: NativeEvent[] = [];
  for (const event of events) {
    const identity = identityOf(event.source, event.id);
    if (event.type === 'user.active' && !event.remembered) fresh.push(event);
    else if (!first.has(identity)) first.set(identity, event);
  }
  if (first.size === 0) return fresh;
  const told = [...first.values()];
  const { rows } = await db.query<{ source: string; event_id: string }>(REMEMBER, [
    told.map((event) => event.source),
    told.map((event) => event.id),
  ]);
  for (const row of rows) fresh.push(first.get(identityOf(row.source, row.event_id))!);
  return fresh;
}

const FORGET = `
  delete from event_identities where received_at < now() - make_interval(hours => 24 * $1::int)`;

/** Forgets identities older than `days`. @returns how many */
export async function forgetIdentities(db: Queryable, days: number): Promise<number> {
  return (await db.query(FORGET, [days])).rowCount ?? 0;
}

function identityOf(source: string, id: string): string {
  return `${source}\0${id}`;
}
