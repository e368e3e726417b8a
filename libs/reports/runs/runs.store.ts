import { unixSeconds } from '#libs/contracts';
import type { Database, Queryable, PreparedQuery } from '#libs/database';
import { SERVABLE, SERVED_RUN } from '../snapshots/served-run.js';

export interface QueuedRun {
  run_id: string;
  attempt: number;
}

// The unique keys of the table decide, and the database's clock. A request for a day joins one that has not begun.
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
// What an admin withdrew when its moment had come is not made again.
const SCHEDULE = `
  insert into report_runs (report_time, as_of)
  select $1::timestamptz, false
  where $1::timestamptz <= clock_timestamp() and not exists (
    select from report_runs
    where report_time = $1::timestamptz and not as_of and state = 'withdrawn' and withdrawn_at >= report_time)
  on conflict (report_time) where not as_of and state <> 'withdrawn' do nothing
  returning run_id, attempt`;
// Completed before its moment, or at a time that is still to come, or queued long before a run that was queued earlier by
// the clock: a clock was wrong.
const DISCARD_UNTIMELY = `
  update report_runs run set state = 'withdrawn', pruned_at = coalesce(pruned_at, now()),
    error = 'It was made before its moment, by a clock that was wrong.'
  where report_time = $1 and not as_of and state = 'completed'
    and (completed_at < report_time or completed_at > clock_timestamp() or exists (
      select from report_runs later
      where later.id > run.id and later.queued_at < run.queued_at - interval '1 minute'))`;

/** Asks for the run of the next whole second: requests of one second get the same run. */
export async function requestNow(db: Queryable): Promise<QueuedRun> {
  return (await db.query<QueuedRun>(REQUEST_NOW)).rows[0]!;
}

/** Asks for the run of a past day. @param reportTime its last second */
export async function requestDay(db: Queryable, reportTime: Date): Promise<QueuedRun> {
  return (await db.query<QueuedRun>(REQUEST_DAY, [reportTime])).rows[0]!;
}

/** Adds the scheduled run of a moment that has come; undefined when it is there already. */
export async function scheduleRun(db: Queryable, reportTime: Date): Promise<QueuedRun | undefined> {
  const { rows } = await db.query<QueuedRun>(SCHEDULE, [reportTime]);
  if (rows[0] || (await db.query(DISCARD_UNTIMELY, [reportTime])).rowCount === 0) return rows[0];
  return (await db.query<QueuedRun>(SCHEDULE, [reportTime])).rows[0];
}

// One that was queued at a time still to come has waited since a clock was wrong.
const WAITING = `
  select run_id, attempt from report_runs
  where state = 'queued' and report_time <= now()
    and (queued_at < now() - make_interval(secs => $1) or queued_at > now())
  order by report_time`;

/** Due runs that have waited for longer than a job takes to arrive: theirs may have been lost. */
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

/** The run that reports are served from: the pinned one, or the completed one with the latest moment. */
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
