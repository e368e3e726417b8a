import type { Queryable } from '#libs/database';
import { SERVABLE } from '../snapshots/served-run.js';

// Kept: the latest runs; the last run of each of the latest days; and runs of past days requested in the last 24 hours.
// Runs whose moment lies ahead, as after the database's clock was wrong, take no place among them. Runs that were made before
// their moment are never served, and never kept.
const PRUNABLE = `
  with ranked as (
    select id, completed_at, as_of,
      row_number() over (order by report_time desc, id desc) as place,
      row_number() over (partition by day order by report_time desc, id desc) as place_in_day,
      dense_rank() over (order by day desc) as day_place
    from report_runs, date(report_time at time zone 'UTC') as day
    where ${SERVABLE}
  )
  select id from ranked
  where place > $1
    and not (place_in_day = 1 and day_place <= $2)
    and not (as_of and (completed_at > now() - interval '24 hours' or not $3))
  union
  select id from report_runs
  where state = 'completed' and pruned_at is null and completed_at < report_time
  order by id`;

/**
 * Completed runs whose snapshots are kept no longer.
 * @param byAge whether clocks agree well enough to let requested runs of past days go for their age
 */
export async function prunableRuns(
  db: Queryable,
  hourly: number,
  daily: number,
  byAge: boolean,
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(PRUNABLE, [hourly, daily, byAge]);
  return rows.map((row) => row.id);
}

/** Says that a run's snapshot is served no longer, before it is dropped. */
export async function markPruned(db: Queryable, id: number): Promise<void> {
  await db.query('update report_runs set pruned_at = now() where id = $1', [id]);
}

// From the tables that are there, not from the runs that ever were.
const UNDROPPED = `
  with kept as (
    select substring(relname from '^snapshots_run_([0-9]+)$')::int as id from pg_class
    where relkind = 'r' and relname like 'snapshots\\_run\\_%' and relnamespace = current_schema()::regnamespace
  )
  select kept.id from kept left join report_runs r using (id)
  where r.pruned_at is not null or r.id is null`;

/**
 * Runs whose snapshot is still there although they are marked as pruned, from now or from a prune that was cut short,
 * or although there is no such run: the store was restored in place, to a state before it.
 */
export async function undroppedRuns(db: Queryable): Promise<number[]> {
  return (await db.query<{ id: number }>(UNDROPPED)).rows.map((row) => row.id);
}

const WITHDRAW = `
  update report_runs set
    state = 'withdrawn', withdrawn_at = coalesce(withdrawn_at, now()), lease_until = null,
    pruned_at = coalesce(pruned_at, now())
  where run_id = $1
  returning id`;

/** Withdraws a run of any state; its snapshot is to be dropped. @returns its number; undefined when there is no such run */
export async function withdrawRun(db: Queryable, runId: string): Promise<number | undefined> {
  return (await db.query<{ id: number }>(WITHDRAW, [runId])).rows[0]?.id;
}
