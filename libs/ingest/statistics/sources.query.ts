import type { Outcome, SenderKind, TraitDrop } from '#libs/contracts';
import type { Queryable } from '#libs/database';

/** A sender of one kind. A key that is used for two kinds counts as two senders. */
interface OfSource {
  kind: SenderKind;
  source: string;
}

export type LastEvent = OfSource & { last_event_at: number | null };
export type DayCount = OfSource & {
  type: string;
  outcome: Outcome;
  /** Empty without a particular reason. */
  reason: string;
  count: number;
};
export type DropCount = OfSource & { reason: TraitDrop; count: number };
export type LetterCount = OfSource & { reason: string; count: number };

// Refused messages are left out, because they may be forged. Dead letters are included, because
// they may be kept longer than counts.
const LAST_EVENTS = `
  with seen as (
    select kind, source, max(last_at) filter (where outcome <> 'refused') as last_at
    from source_counts
    group by kind, source
    union all
    select sender_kind, sender, max(last_at)
    from dead_letters
    group by sender_kind, sender
  )
  select kind, source, floor(extract(epoch from max(last_at)))::float8 as last_event_at
  from seen
  group by kind, source`;

/** All known senders with the time of their last event, in unix seconds. */
export async function lastEvents(db: Queryable): Promise<LastEvent[]> {
  return (await db.query<LastEvent>(LAST_EVENTS)).rows;
}

const LAST_DAY = `
  select kind, source, type, outcome, reason, sum(count)::float8 as count
  from source_counts
  where hour > to_timestamp($1::float8 / 1000) - interval '24 hours' and outcome <> 'dropped'
  group by kind, source, type, outcome, reason
  order by count desc, type collate "C", outcome, reason collate "C"`;

/**
 * Counts for the hour of `now` (milliseconds since 1970) and the 23 hours before, highest first.
 */
export async function lastDay(db: Queryable, now: number): Promise<DayCount[]> {
  return (await db.query<DayCount>(LAST_DAY, [now])).rows;
}

const DROPPED_TRAITS = `
  select kind, source, reason, sum(count)::float8 as count
  from source_counts
  where hour > to_timestamp($1::float8 / 1000) - interval '24 hours' and outcome = 'dropped'
  group by kind, source, reason
  order by count desc, reason collate "C"`;

/**
 * Dropped traits by reason, for the hour of `now` (milliseconds since 1970) and the 23 hours
 * before, highest first.
 */
export async function droppedTraits(db: Queryable, now: number): Promise<DropCount[]> {
  return (await db.query<DropCount>(DROPPED_TRAITS, [now])).rows;
}

/** Reasons listed per sender. */
const MAX_REASONS = 20;

// A letter counts once per reason. Signup parameters are counted together, because their names are
// the sender's own.
const LETTERS = `
  with wrong as (
    select sender_kind as kind, sender as source,
      regexp_replace(field, '^(data\\.signup_query_parameters)\\..*', '\\1') || ': ' || message as reason,
      id
    from dead_letters
    cross join jsonb_each(errors) as field_errors (field, messages)
    cross join jsonb_array_elements_text(messages) as message
  ),
  counted as (
    select kind, source, reason, count(distinct id)::float8 as count
    from wrong
    group by kind, source, reason
  ),
  ranked as (
    select counted.*,
      row_number() over (partition by kind, source order by count desc, reason collate "C") as position
    from counted
  )
  select kind, source, reason, count from ranked where position <= $1 order by position`;

/**
 * The number of dead letters per sender and reason, highest first, at most 20 reasons per sender.
 */
export async function letterCounts(db: Queryable): Promise<LetterCount[]> {
  return (await db.query<LetterCount>(LETTERS, [MAX_REASONS])).rows;
}
