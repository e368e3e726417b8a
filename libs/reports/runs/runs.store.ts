import { unixSeconds } from '#libs/contracts';
import type { Database, Queryable, PreparedQuery } from '#libs/database';
import { SERVABLE, SERVED_RUN } from '../snapshots/served-run.js';

export interface QueuedRun {
  run_id: string;
  attempt: number;
}

// The table's unique keys and the database's clock prevent duplicates. A request for a day returns the run of an
// earlier request that has not begun.
const REQUEST_NOW = `
  insert into report_runs (report_time, as_of)
  values (date_trunc('second', clock_timestamp()) + interval '1 second', false)
  on conflict (report_time) where not as_of and state <> 'withdrawn'
  do update set report_time = excluded.report_time
  returning run_id, attempt`;
const REQUEST_DAY = `
  insert into report_runs (report_time, as_of) values ($1, true)
  on conflict (report_time) where as_of and state = 'queued' and attempt = 0
  do update set queued_at = now()
  returning run_id, attempt`;
// A run that was withdrawn at or after its report time is not made again.
const SCHEDULE = `
  insert into report_runs (report_time, as_of)
  select $1::timestamptz, false
  where $1::timestamptz <= clock_timestamp() and not exists (
    select from report_runs
    where report_time = $1::timestamptz and not as_of and state = 'withdrawn' and withdrawn_at >= report_time)
  on conflict (report_time) where not as_of and state <> 'withdrawn' do nothing
  returning run_id, attempt`;
// The clock was wrong when a run was completed before its report time or in the future, or when a run with a higher
// number was queued at an earlier time.
const DISCARD_UNTIMELY = `
  update report_runs run set state = 'withdrawn', pruned_at = coalesce(pruned_at, now()),
    error = 'The run was made before its report time, because a clock was wrong.'
  where report_time = $1 and not as_of and state = 'completed'
    and (completed_at < report_time or completed_at > clock_timestamp() or exists (
      select from report_runs later
      where later.id > run.id and later.queued_at < run.queued_at - interval '1 minute'))`;

/** Adds a run for the next whole second. Requests within one second get the same run. */
export async function requestNow(db: Queryable): Promise<QueuedRun> {
  return (await db.query<QueuedRun>(REQUEST_NOW)).rows[0]!;
}

/** Adds a run for a past day. @param reportTime the last second of the day */
export async function requestDay(db: Queryable, reportTime: Date): Promise<QueuedRun> {
  return (await db.query<QueuedRun>(REQUEST_DAY, [reportTime])).rows[0]!;
}

/** Adds the scheduled run of a time that has passed; undefined when it exists. */
export async function scheduleRun(db: Queryable, reportTime: Date): Promise<QueuedRun | undefined> {
  const { rows } = await db.query<QueuedRun>(SCHEDULE, [reportTime]);
  if (rows[0] || (await db.query(DISCARD_UNTIMELY, [reportTime])).rowCount === 0) return rows[0];
  return (await db.query<QueuedRun>(SCHEDULE, [reportTime])).rows[0];
}

// A run queued in the future was queued when a clock was wrong, so it also counts as waiting.
const WAITING = `
  select run_id, attempt from report_runs
  where state = 'queued' and report_time <= now()
    and (queued_at < now() - make_interval(secs => $1) or queued_at > now())
  order by report_time`;

/** Due runs that have waited longer than a job takes to arrive, so their jobs may be lost. */
export async function waitingRuns(db: Queryable, olderThanSeconds: number): Promise<QueuedRun[]> {
  return (await db.query<QueuedRun>(WAITING, [olderThanSeconds])).rows;
}

export interface ServedRun {
  id: number;
  runId: string;
  reportTime: number;
}

const SERVED: PreparedQuery = {
  name: 'served_run',
  text: `select id, run_id, report_time from report_runs where run_id = (${SERVED_RUN})`,
};
const PINNED: PreparedQuery = {
  name: 'pinned_run',
  text: `
    select id, run_id, report_time from report_runs
    where ${SERVABLE} and run_id = $1`,
};

/** The run to serve reports from: the pinned run, or the servable run with the latest report time. */
export async function servedRun(db: Database, runId?: string): Promise<ServedRun | undefined> {
  const question = runId === undefined ? SERVED : PINNED;
  const rows = await db.queryPrepared<{ id: number; run_id: string; report_time: Date }>(
    question,
    runId === undefined ? [] : [runId],
  );
  const [row] = rows;
  if (!row) return undefined;
  const reportTime = unixSeconds(row.report_time.getTime());
  return { id: row.id, runId: row.run_id, reportTime };
}
