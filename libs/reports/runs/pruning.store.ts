import type { Calendar } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { SERVABLE } from '../snapshots/served-run.js';
import { expendable, type KeptSnapshots } from './kept-snapshots.js';

interface CompletedRun {
  id: number;
  reportTime: Date;
  /** Whether it is a requested run of a past day that must not be pruned yet. */
  isRequested: boolean;
}

// Leaves out runs with a report time in the future, which a wrong database clock leaves behind.
const COMPLETED = `
  select id, report_time as "reportTime",
    as_of and (completed_at > now() - interval '24 hours' or not $1) as "isRequested"
  from report_runs
  where ${SERVABLE}
  order by report_time desc, id desc`;
const NEVER_SERVED = `
  select id from report_runs
  where state = 'completed' and pruned_at is null and completed_at < report_time`;

/**
 * Completed runs to prune. Keeps the latest runs, the last run of each of the latest days and weeks, and runs of past
 * days completed in the last 24 hours. Runs completed before their report time are never served and always pruned.
 * @param byAge whether the clocks agree well enough to prune requested runs of past days by their age
 */
export async function prunableRuns(
  db: Queryable,
  calendar: Calendar,
  kept: KeptSnapshots,
  byAge: boolean,
): Promise<number[]> {
  const { rows: completed } = await db.query<CompletedRun>(COMPLETED, [byAge]);
  const { rows: never } = await db.query<{ id: number }>(NEVER_SERVED);
  const runs = completed.map(({ id, reportTime, isRequested }) => {
    return { id, day: calendar.dayOf(reportTime.getTime()), isRequested };
  });
  const prunable = [...never.map(({ id }) => id), ...expendable(runs, kept)];
  return prunable.sort((one, other) => one - other);
}

/** Marks a run as pruned, so that its snapshot is no longer served. Call it before dropping the snapshot. */
export async function markPruned(db: Queryable, id: number): Promise<void> {
  await db.query('update report_runs set pruned_at = now() where id = $1', [id]);
}

// Reads the existing tables instead of all runs ever made.
const UNDROPPED = `
  with kept as (
    select substring(relname from '^snapshots_run_([0-9]+)$')::int as id from pg_class
    where relkind = 'r' and relname like 'snapshots\\_run\\_%' and relnamespace = current_schema()::regnamespace
  )
  select kept.id from kept left join report_runs r using (id)
  where r.pruned_at is not null or r.id is null`;

/**
 * The numbers of snapshots to drop: of runs that are marked as pruned, also by an earlier prune that was interrupted,
 * and of unknown runs, which remain when the store was restored in place to an earlier state.
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

/** Withdraws a run of any state. The caller drops its snapshot. @returns `report_runs.id`; undefined if unknown */
export async function withdrawRun(db: Queryable, runId: string): Promise<number | undefined> {
  return (await db.query<{ id: number }>(WITHDRAW, [runId])).rows[0]?.id;
}
