import { DAY_MS, type Calendar, type RunListItem } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { SnapshotPruned } from './retry-if-pruned.js';
import { SERVABLE } from '../snapshots/served-run.js';

/**
 * A run is *kept* while its rankings can be read: from its completion until its snapshot is pruned. A run is not served
 * before its report time, by the database's clock. A withdrawn run is never served.
 * Runs are ordered by report time, then by number.
 */
export interface KeptRun {
  /** `report_runs.id`, which names the snapshot's table. */
  id: number;
  runId: string;
  /** Unix seconds. */
  reportTime: number;
  /** Unix seconds. */
  completedAt: number;
  /** Time of the completion, to the microsecond. In a store that went back, a run may be made a second time. */
  version: string;
  /** The version of the exclusion rules that it was made with. */
  exclusionsVersion: number;
}

/** SQL expression that identifies the snapshot of a run. */
export const RUN_VERSION = `extract(epoch from completed_at)::text`;

const KEPT = `
  select id, run_id as "runId", floor(extract(epoch from report_time))::float8 as "reportTime",
    floor(extract(epoch from completed_at))::float8 as "completedAt", ${RUN_VERSION} as version,
    exclusions_version as "exclusionsVersion"
  from report_runs
  where ${SERVABLE}`;
const LATEST = `${KEPT} order by report_runs.report_time desc, id desc limit 1`;
const NAMED = `${KEPT} and run_id = $1`;
const PREVIOUS = `
  ${KEPT} and (report_runs.report_time, id) <
    (select report_time, id from report_runs where id = $1)
  order by report_runs.report_time desc, id desc limit 1`;

/**
 * The kept run with this id, or by default the latest; undefined when there is no kept run.
 * @throws SnapshotPruned when the named run is not kept
 */
export async function keptRun(db: Queryable, runId?: string): Promise<KeptRun | undefined> {
  if (runId === undefined) return one(db, LATEST, []);
  const run = await one(db, NAMED, [runId]);
  if (!run) throw new SnapshotPruned();
  return run;
}

const ofPresent = (direction: 'asc' | 'desc') => `
  ${KEPT} and not as_of order by report_runs.report_time ${direction}, id ${direction} limit 1`;
const PRESENT = { first: ofPresent('asc'), latest: ofPresent('desc') };

/** The first or the latest kept run that was scheduled or requested for its own moment, not as of a past day. */
export function presentRun(db: Queryable, which: 'first' | 'latest'): Promise<KeptRun | undefined> {
  return one(db, PRESENT[which], []);
}

/** Names of earlier days to compare with, and their distance in days. */
export const COMPARED_DAYS = { yesterday: 1, last_week: 7, last_month: 30 } as const;
export type ComparedDay = keyof typeof COMPARED_DAYS;

const DAYS_BEFORE = `
  ${KEPT} and report_runs.report_time < $1
  order by report_runs.report_time desc, id desc limit 1`;

/** The latest kept run at least the given number of days before the day of another run. */
export function runBefore(
  db: Queryable,
  calendar: Calendar,
  { reportTime }: KeptRun,
  day: ComparedDay,
): Promise<KeptRun | undefined> {
  const next = calendar.dayOf(reportTime * 1000) - (COMPARED_DAYS[day] - 1) * DAY_MS;
  return one(db, DAYS_BEFORE, [new Date(calendar.startOf(next))]);
}

/** The previous kept run. */
export function previousRun(db: Queryable, { id }: KeptRun): Promise<KeptRun | undefined> {
  return one(db, PREVIOUS, [id]);
}

async function one(db: Queryable, sql: string, values: unknown[]): Promise<KeptRun | undefined> {
  return (await db.query<KeptRun>(sql, values)).rows[0];
}

const seconds = (column: string) => `floor(extract(epoch from ${column}))::float8 as ${column}`;

const LIST = `
  select run_id, ${seconds('report_time')}, as_of, state, ${seconds('queued_at')},
    ${seconds('started_at')}, ${seconds('completed_at')}, ${seconds('failed_at')}, error, row_counts,
    case when state = 'completed' then exclusions_version end as exclusions_version,
    (select sum(value::int8)::float8 from jsonb_each_text(row_counts)) as rows,
    ${SERVABLE} as kept
  from report_runs r
  where state <> 'withdrawn' and r.report_time <= now() + interval '1 second' and ($1::uuid is null
      or (r.report_time, id) < (select report_time, id from report_runs where run_id = $1))
    and (not $3 or ${SERVABLE})
  order by r.report_time desc, id desc
  limit $2`;

/**
 * Runs, the latest report time first. Leaves out withdrawn runs, and runs whose report time is ahead of the database's
 * clock by more than the second that a requested run waits.
 * @param before only runs after this run in the list
 * @param onlyKept only kept runs; otherwise runs of every state
 */
export async function listRuns(
  db: Queryable,
  before: string | undefined,
  limit: number,
  onlyKept: boolean,
): Promise<RunListItem[]> {
  return (await db.query<RunListItem>(LIST, [before ?? null, limit, onlyKept])).rows;
}

/** Whether a run with this id exists, in any state. */
export async function isRun(db: Queryable, runId: string): Promise<boolean> {
  return (await db.query('select from report_runs where run_id = $1', [runId])).rowCount === 1;
}
