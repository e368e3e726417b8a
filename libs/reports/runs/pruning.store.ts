import type { Calendar } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { SERVABLE } from '../snapshots/served-run.js';

interface CompletedRun {
  id: number;
  reportTime: Date;
  /** Whether it is a requested run of a past day that must not be pruned yet. */
  isRequested: boolean;
}

// Runs whose moment lies ahead, as after the database's clock was wrong, take no place among them.
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
 * Completed runs whose snapshots are kept no longer. Kept are the latest runs, the last run of each of the latest days,
 * and runs of past days requested in the last 24 hours. Runs that were made before their moment are never served, and
 * never kept.
 * @param kept how many of the latest runs, and of the latest days
 * @param byAge whether clocks agree well enough to let requested runs of past days go for their age
 */
export async function prunableRuns(
  db: Queryable,
  calendar: Calendar,
  kept: { runs: number; days: number },
  byAge: boolean,
): Promise<number[]> {
  const { rows: completed } = await db.query<CompletedRun>(COMPLETED, [byAge]);
  const { rows: never } = await db.query<{ id: number }>(NEVER_SERVED);
  const days = new Set<number>();
  const prunable = never.map(({ id }) => id);
  for (const [place, { id, reportTime, isRequested }] of completed.entries()) {
    const day = calendar.dayOf(reportTime.getTime());
    const isLastOfDay = !days.has(day);
    days.add(day);
    const isKept = place < kept.runs || (isLastOfDay && days.size <= kept.days) || isRequested;
    if (!isKept) prunable.push(id);
  }
  return prunable.sort((one, other) => one - other);
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
