import type { Database, Queryable, Question } from '#libs/platform';

/** A run that this worker has taken: no other has it under the same attempt. */
export interface ClaimedRun {
  id: number;
  attempt: number;
  report_time: Date;
  /** When it was taken, to the microsecond: in a store that went back, the same attempt may be another's. */
  claimed_at: string;
}

export interface QueuedRun {
  run_id: string;
  attempt: number;
  report_time: Date;
}

/** How long a worker may be silent before its run is given to another. */
export const LEASE_SECONDS = 30;
/** A run that ends three workers is not tried a fourth time. */
const MAX_ATTEMPTS = 3;

// The unique keys of the table decide. A request for a day joins one that has not begun.
const REQUEST_NOW = `
  insert into report_runs (report_time, as_of) values ($1, false)
  on conflict (report_time) where not as_of do update set report_time = excluded.report_time
  returning run_id, attempt, report_time`;
const REQUEST_DAY = `
  insert into report_runs (report_time, as_of) values ($1, true)
  on conflict (report_time) where as_of and state = 'queued' and attempt = 0
  do update set queued_at = now()
  returning run_id, attempt, report_time`;
const SCHEDULE = `
  insert into report_runs (report_time, as_of) values ($1, false)
  on conflict (report_time) where not as_of do nothing
  returning run_id, attempt, report_time`;

/** Asks for the run of a moment; whoever asks for the same one gets the same run. */
export async function requestRun(
  db: Queryable,
  reportTime: Date,
  asOf: boolean,
): Promise<QueuedRun> {
  const { rows } = await db.query<QueuedRun>(asOf ? REQUEST_DAY : REQUEST_NOW, [reportTime]);
  return rows[0]!;
}

/** Adds the scheduled run of a moment; undefined when it is there already. */
export async function scheduleRun(db: Queryable, reportTime: Date): Promise<QueuedRun | undefined> {
  return (await db.query<QueuedRun>(SCHEDULE, [reportTime])).rows[0];
}

const CLAIMED_AT = `extract(epoch from started_at)::text`;
const IS_OURS = `id = $1 and attempt = $2 and ${CLAIMED_AT} = $3 and state = 'running'`;

const CLAIM = `
  update report_runs set state = 'running', attempt = attempt + 1, started_at = now(), error = null,
    lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
  where run_id = $1 and state = 'queued' and report_time <= $2
  returning id, attempt, report_time, ${CLAIMED_AT} as claimed_at`;

/** Takes a queued run whose moment has come; undefined when it is another's, done, or not due yet. */
export async function claimRun(
  db: Queryable,
  runId: string,
  now: Date,
): Promise<ClaimedRun | undefined> {
  return (await db.query<ClaimedRun>(CLAIM, [runId, now])).rows[0];
}

const RENEW = `
  update report_runs set lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
  where ${IS_OURS}`;

/** Says that the worker is still at it. */
export async function renewLease(db: Queryable, run: ClaimedRun): Promise<void> {
  await db.query(RENEW, claimOf(run));
}

const COMPLETE = `
  update report_runs set state = 'completed', completed_at = now(), lease_until = null, row_counts = $4
  where ${IS_OURS}`;

/** @returns false when the run was given to another worker meanwhile: then nothing may be kept */
export async function completeRun(
  db: Queryable,
  run: ClaimedRun,
  rowCounts: Record<string, number>,
): Promise<boolean> {
  return (await db.query(COMPLETE, [...claimOf(run), rowCounts])).rowCount === 1;
}

const FAIL = `
  update report_runs set
    state = case when attempt < ${MAX_ATTEMPTS} then 'queued' else 'failed' end,
    failed_at = case when attempt < ${MAX_ATTEMPTS} then null else now() end,
    lease_until = null, error = $4
  where ${IS_OURS}
  returning state`;

/** Puts a run back in the queue with the reason, or ends it after the last attempt. */
export async function failRun(
  db: Queryable,
  run: ClaimedRun,
  error: string,
): Promise<'queued' | 'failed' | undefined> {
  const values = [...claimOf(run), error];
  return (await db.query<{ state: 'queued' | 'failed' }>(FAIL, values)).rows[0]?.state;
}

function claimOf({ id, attempt, claimed_at: claimedAt }: ClaimedRun): [number, number, string] {
  return [id, attempt, claimedAt];
}

const RECLAIM = `
  update report_runs set
    state = case when attempt < ${MAX_ATTEMPTS} then 'queued' else 'failed' end,
    failed_at = case when attempt < ${MAX_ATTEMPTS} then null else now() end,
    lease_until = null,
    error = 'The worker ended in the middle of attempt ' || attempt || '.'
  where state = 'running' and lease_until < now()`;

/** Gives back the runs whose worker has been silent for the length of a lease. */
export async function reclaimRuns(db: Queryable): Promise<void> {
  await db.query(RECLAIM);
}

const WAITING = `
  select run_id, attempt, report_time from report_runs
  where state = 'queued' and queued_at < now() - make_interval(secs => $1)
  order by report_time`;

/** Runs that have waited for longer than a job takes to arrive: theirs may have been lost. */
export async function waitingRuns(db: Queryable, olderThanSeconds: number): Promise<QueuedRun[]> {
  return (await db.query<QueuedRun>(WAITING, [olderThanSeconds])).rows;
}

// Kept: the latest runs; the last run of each of the latest days; and what somebody asked for lately.
const PRUNABLE = `
  with ranked as (
    select id, completed_at, as_of,
      row_number() over (order by report_time desc, id desc) as place,
      row_number() over (partition by day order by report_time desc, id desc) as place_in_day,
      dense_rank() over (order by day desc) as day_place
    from report_runs, date(report_time at time zone 'UTC') as day
    where state = 'completed' and pruned_at is null
  )
  select id from ranked
  where place > $1
    and not (place_in_day = 1 and day_place <= $2)
    and not (as_of and completed_at > now() - interval '24 hours')
  order by id`;

/** Completed runs whose snapshots are kept no longer. */
export async function prunableRuns(
  db: Queryable,
  hourly: number,
  daily: number,
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(PRUNABLE, [hourly, daily]);
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

export interface ServedRun {
  id: number;
  runId: string;
  reportTime: number;
}

/** Selects the name of the completed run with the latest moment. */
export const SERVED_RUN = `
  select run_id from report_runs
  where state = 'completed' and pruned_at is null
  order by report_time desc, id desc limit 1`;
const SERVED: Question = {
  name: 'served_run',
  text: `select id, run_id, report_time from report_runs where run_id = (${SERVED_RUN})`,
};
const PINNED: Question = {
  name: 'pinned_run',
  text: `
    select id, run_id, report_time from report_runs
    where state = 'completed' and pruned_at is null and run_id = $1`,
};

/** The run that reports are served from: the pinned one, or the completed one with the latest moment. */
export async function servedRun(db: Database, runId?: string): Promise<ServedRun | undefined> {
  const question = runId === undefined ? SERVED : PINNED;
  const rows = await db.ask<{ id: number; run_id: string; report_time: Date }>(
    question,
    runId === undefined ? [] : [runId],
  );
  const [row] = rows;
  if (!row) return undefined;
  const reportTime = Math.floor(row.report_time.getTime() / 1000);
  return { id: row.id, runId: row.run_id, reportTime };
}
