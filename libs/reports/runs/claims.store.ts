import { onlyKnownMigrations, type Queryable } from '#libs/database';

/** A run that this worker has taken: no other has it under the same attempt. */
export interface ClaimedRun {
  id: number;
  attempt: number;
  report_time: Date;
  /** When it was taken, to the microsecond: in a store that went back, the same attempt may be another's. */
  claimed_at: string;
}

/** How long a worker may be silent before its run is given to another. */
export const LEASE_SECONDS = 30;
/** A run that ends three workers is not tried a fourth time. */
const MAX_ATTEMPTS = 3;
/** Times that a run was begun, without those that ended for a reason outside it. */
const COUNTED = 'attempt - interrupted';
const LEASE_END = `now() + make_interval(secs => ${LEASE_SECONDS})`;

const CLAIMED_AT = `extract(epoch from started_at)::text`;
const IS_OURS = `id = $1 and attempt = $2 and ${CLAIMED_AT} = $3 and state = 'running'`;

const CLAIM = `
  update report_runs set state = 'running', attempt = attempt + 1, started_at = now(), error = null,
    lease_until = ${LEASE_END}
  where run_id = $1 and state = 'queued' and report_time <= now() and ${onlyKnownMigrations('$2')}
  returning id, attempt, report_time, ${CLAIMED_AT} as claimed_at`;

/**
 * Takes a queued run whose moment has come by the database's clock.
 * @param known the migrations of this build: on a newer build's store it takes none
 * @returns undefined when the run is another's, done, withdrawn or not due yet
 */
export async function claimRun(
  db: Queryable,
  runId: string,
  known: readonly string[],
): Promise<ClaimedRun | undefined> {
  return (await db.query<ClaimedRun>(CLAIM, [runId, known])).rows[0];
}

const DUE_IN = `
  select (extract(epoch from report_time - clock_timestamp()) * 1000)::float8 as ms
  from report_runs where run_id = $1 and state = 'queued'`;

/** In how many milliseconds the moment of a queued run comes, below 0 when it has; undefined when it does not wait. */
export async function dueInMs(db: Queryable, runId: string): Promise<number | undefined> {
  return (await db.query<{ ms: number }>(DUE_IN, [runId])).rows[0]?.ms;
}

const RENEW = `
  update report_runs set lease_until = ${LEASE_END}
  where ${IS_OURS}`;

/** Says that the worker is still at it. */
export async function renewLease(db: Queryable, run: ClaimedRun): Promise<void> {
  await db.query(RENEW, claimOf(run));
}

const COMPLETE = `
  update report_runs set state = 'completed', completed_at = now(), lease_until = null, row_counts = $4
  where ${IS_OURS} and ${onlyKnownMigrations('$5')}`;

/**
 * @param known the migrations of this build
 * @returns false when nothing may be kept: the run was given to another worker or withdrawn meanwhile, or a newer
 *   build has migrated the store
 */
export async function completeRun(
  db: Queryable,
  run: ClaimedRun,
  rowCounts: Record<string, number>,
  known: readonly string[],
): Promise<boolean> {
  return (await db.query(COMPLETE, [...claimOf(run), rowCounts, known])).rowCount === 1;
}

const END_ATTEMPT = `
    state = case when ${COUNTED} < ${MAX_ATTEMPTS} then 'queued' else 'failed' end,
    failed_at = case when ${COUNTED} < ${MAX_ATTEMPTS} then null else now() end,
    lease_until = null`;

const FAIL = `
  update report_runs set ${END_ATTEMPT}, error = $4
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

// Also when a sweep has given the run away in the meantime, or ended it for this attempt's silence. A run that is completed
// under this attempt was committed although the worker did not hear of it. In a store that went back, another worker may be at
// the same attempt: it keeps it.
const INTERRUPT = `
  update report_runs set
    interrupted = interrupted + 1,
    state = case when attempt = $2 then 'queued' else state end,
    failed_at = case when attempt = $2 then null else failed_at end,
    lease_until = case when attempt = $2 then null else lease_until end,
    error = case when attempt = $2 then $3 else error end
  where id = $1 and state <> 'withdrawn' and (
    attempt > $2 or attempt = $2 and state <> 'completed' and (state <> 'running' or ${CLAIMED_AT} = $4))`;

/** Ends an attempt that failed for a reason outside the run: it does not count, and the run waits again. Once an attempt. */
export async function interruptRun(
  db: Queryable,
  { id, attempt, claimed_at: claimedAt }: ClaimedRun,
  reason: string,
): Promise<void> {
  await db.query(INTERRUPT, [id, attempt, reason, claimedAt]);
}

// A lease that ends later than any lease can was given by a clock that was ahead: it is given again.
const SHORTEN_LEASES = `
  update report_runs set lease_until = ${LEASE_END}
  where state = 'running' and lease_until > ${LEASE_END}`;
const RECLAIM = `
  update report_runs set ${END_ATTEMPT},
    error = 'The worker ended in the middle of attempt ' || ${COUNTED} || '.'
  where state = 'running' and lease_until < now()`;

/** Gives back the runs whose worker has been silent for the length of a lease. */
export async function reclaimRuns(db: Queryable): Promise<void> {
  await db.query(SHORTEN_LEASES);
  await db.query(RECLAIM);
}
