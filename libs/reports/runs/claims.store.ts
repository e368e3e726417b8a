import { onlyKnownMigrations, type Queryable } from '#libs/database';

/** A run that this worker has claimed. No other worker has the same attempt. */
export interface ClaimedRun {
  id: number;
  attempt: number;
  report_time: Date;
  /** Time of the claim, to the microsecond. In a store that went back, another worker may have the same attempt. */
  claimed_at: string;
}

/** The time without a renewal after which another worker may take a run. */
export const LEASE_SECONDS = 30;
/** Maximum number of attempts, because a run may crash its worker. */
const MAX_ATTEMPTS = 3;
/** SQL expression: the number of attempts without those that ended for a reason outside the run. */
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
 * Claims a queued run that is due by the database's clock.
 * @param known the migrations of this build; claims nothing in the store of a newer build
 * @returns undefined when another worker has the run, or it is completed, failed, withdrawn or not yet due
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

/** Milliseconds until a queued run is due, negative when it is overdue; undefined when the run is not queued. */
export async function dueInMs(db: Queryable, runId: string): Promise<number | undefined> {
  return (await db.query<{ ms: number }>(DUE_IN, [runId])).rows[0]?.ms;
}

const RENEW = `
  update report_runs set lease_until = ${LEASE_END}
  where ${IS_OURS}`;

/** Extends the lease of a run that this worker is making. */
export async function renewLease(db: Queryable, run: ClaimedRun): Promise<void> {
  await db.query(RENEW, claimOf(run));
}

const COMPLETE = `
  update report_runs set state = 'completed', completed_at = now(), lease_until = null, row_counts = $4,
    exclusions_version = $5
  where ${IS_OURS} and ${onlyKnownMigrations('$6')}`;

/** What a completed run records. */
interface CompletedRun {
  /** Entries by ranking. */
  rowCounts: Record<string, number>;
  exclusionsVersion: number;
}

/**
 * Marks a run as completed.
 * @param known the migrations of this build
 * @returns false when the transaction must be rolled back: another worker has the run, it was withdrawn, or a newer
 *   build has migrated the store
 */
export async function completeRun(
  db: Queryable,
  run: ClaimedRun,
  { rowCounts, exclusionsVersion }: CompletedRun,
  known: readonly string[],
): Promise<boolean> {
  return (
    (await db.query(COMPLETE, [...claimOf(run), rowCounts, exclusionsVersion, known])).rowCount ===
    1
  );
}

const END_ATTEMPT = `
    state = case when ${COUNTED} < ${MAX_ATTEMPTS} then 'queued' else 'failed' end,
    failed_at = case when ${COUNTED} < ${MAX_ATTEMPTS} then null else now() end,
    lease_until = null`;

const FAIL = `
  update report_runs set ${END_ATTEMPT}, error = $4
  where ${IS_OURS}
  returning state`;

/** Queues a run again with the error, or marks it as failed after the last attempt. @returns the new state */
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

// Also applies after a sweep has queued the run again or marked it as failed because the lease of this attempt expired.
// A run that is completed under this attempt was committed although the worker received no confirmation. In a store
// that went back, another worker may have the same attempt; it keeps the run.
const INTERRUPT = `
  update report_runs set
    interrupted = interrupted + 1,
    state = case when attempt = $2 then 'queued' else state end,
    failed_at = case when attempt = $2 then null else failed_at end,
    lease_until = case when attempt = $2 then null else lease_until end,
    error = case when attempt = $2 then $3 else error end
  where id = $1 and state <> 'withdrawn' and (
    attempt > $2 or attempt = $2 and state <> 'completed' and (state <> 'running' or ${CLAIMED_AT} = $4))`;

/** Ends an attempt that failed for a reason outside the run. The attempt does not count. Call it once per attempt. */
export async function interruptRun(
  db: Queryable,
  { id, attempt, claimed_at: claimedAt }: ClaimedRun,
  reason: string,
): Promise<void> {
  await db.query(INTERRUPT, [id, attempt, reason, claimedAt]);
}

// A lease that ends too far in the future was set by a clock that was ahead. It is shortened to a full lease.
const SHORTEN_LEASES = `
  update report_runs set lease_until = ${LEASE_END}
  where state = 'running' and lease_until > ${LEASE_END}`;
const RECLAIM = `
  update report_runs set ${END_ATTEMPT},
    error = 'The worker ended in the middle of attempt ' || ${COUNTED} || '.'
  where state = 'running' and lease_until < now()`;

/** Ends the attempts whose lease has expired. */
export async function reclaimRuns(db: Queryable): Promise<void> {
  await db.query(SHORTEN_LEASES);
  await db.query(RECLAIM);
}
