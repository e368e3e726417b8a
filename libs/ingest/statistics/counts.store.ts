import type { Outcome, Sender } from '#libs/contracts';
import type { Queryable } from '#libs/database';

/** The number of events per hour, sender, type, outcome and reason, and the time of the last one. */
export interface SourceCount {
  /** Whole hours since 1970. */
  hour: number;
  sender: Sender;
  type: string;
  /** `dropped` counts traits instead of events. */
  outcome: Outcome | 'dropped';
  /** Empty without a particular reason. */
  reason: string;
  count: number;
  /** Milliseconds since 1970. */
  lastAt: number;
}

// Sorted by the primary key, so that concurrent writers cannot deadlock.
const ADD = `
  insert into source_counts as known (hour, kind, source, type, outcome, count, last_at, reason)
  select to_timestamp(hour::float8 * 3600), kind, source, type, outcome, count, last_at, reason
  from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[],
    $8::text[]) as counted (hour, kind, source, type, outcome, count, last_at, reason)
  order by hour, kind collate "C", source collate "C", type collate "C", outcome collate "C",
    reason collate "C"
  on conflict (hour, kind, source, type, outcome, reason) do update set
    count = known.count + excluded.count, last_at = greatest(known.last_at, excluded.last_at)`;

/** Adds to the stored counts. */
export async function addCounts(db: Queryable, counts: readonly SourceCount[]): Promise<void> {
  await db.query(ADD, [
    counts.map(({ hour }) => hour),
    counts.map(({ sender }) => sender.kind),
    counts.map(({ sender }) => sender.name),
    counts.map(({ type }) => type),
    counts.map(({ outcome }) => outcome),
    counts.map(({ count }) => count),
    counts.map(({ lastAt }) => new Date(lastAt).toISOString()),
    counts.map(({ reason }) => reason),
  ]);
}

const DROP_OLD = "delete from source_counts where hour < now() - interval '90 days'";

/** Deletes counts older than 90 days. */
export async function dropOldCounts(db: Queryable): Promise<void> {
  await db.query(DROP_OLD);
}
