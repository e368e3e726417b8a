import type { Outcome, SenderKind } from '#libs/contracts';
import type { Queryable } from '#libs/database';

/** A source is what delivered events, in a way of its own: a key used for two ways in is two sources. */
interface OfSource {
  kind: SenderKind;
  source: string;
}

export type LastEvent = OfSource & { last_event_at: number | null };
export type DayCount = OfSource & { type: string; outcome: Outcome; count: number };
export type LetterCount = OfSource & { reason: string; count: number };

// What was refused says nothing of the source: anybody may forge. Letters may be kept for longer than
// counts are, or be older than they.
const LAST_EVENTS = `
  with told as (
    select kind, source, max(last_at) filter (where outcome <> 'refused') as last_at
    from source_counts
    group by kind, source
    union all
    select sender_kind, sender, max(last_at)
    from dead_letters
    group by sender_kind, sender
  )
  select kind, source, floor(extract(epoch from max(last_at)))::float8 as last_event_at
  from told
  group by kind, source`;

/** Every source that is remembered, and when it last brought an event (unix seconds). */
export async function lastEvents(db: Queryable): Promise<LastEvent[]> {
  return (await db.query<LastEvent>(LAST_EVENTS)).rows;
}

const LAST_DAY = `
  select kind, source, type, outcome, sum(count)::float8 as count
  from source_counts
  where hour > to_timestamp($1::float8 / 1000) - interval '24 hours'
  group by kind, source, type, outcome
  order by count desc, type collate "C", outcome`;

/** What came in the hour of `now` (ms since 1970) and the 23 before it, the most first. */
export async function lastDay(db: Queryable, now: number): Promise<DayCount[]> {
  return (await db.query<DayCount>(LAST_DAY, [now])).rows;
}

/** So many reasons of a source are told. */
const MAX_REASONS = 20;

// A letter counts once for each thing that was wrong. The names of signup parameters are its sender's
// own: they are taken together.
const LETTERS = `
  with wrong as (
    select sender_kind as kind, sender as source,
      regexp_replace(field, '^(data\\.signup_query_parameters)\\..*', '\\1') || ': ' || message as reason,
      id
    from dead_letters
    cross join jsonb_each(errors) as told (field, messages)
    cross join jsonb_array_elements_text(messages) as message
  ),
  counted as (
    select kind, source, reason, count(distinct id)::float8 as count
    from wrong
    group by kind, source, reason
  ),
  ranked as (
    select counted.*,
      row_number() over (partition by kind, source order by count desc, reason collate "C") as place
    from counted
  )
  select kind, source, reason, count from ranked where place <= $1 order by place`;

/** How many dead letters there are of each source for each reason, the most first. */
export async function letterCounts(db: Queryable): Promise<LetterCount[]> {
  return (await db.query<LetterCount>(LETTERS, [MAX_REASONS])).rows;
}
