import { DAY_MS, type Calendar, type RunListItem } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { SnapshotPruned } from './retry-if-pruned.js';
import { SERVABLE } from '../snapshots/served-run.js';

/**
 * A run is *kept* from its completion until its snapshot is pruned: while its rankings can be read. One whose moment lies
 * ahead of the database's clock is not served until then, and a withdrawn one never.
 * Runs are in the order in which they are served: by their moment, then by their number.
 */
export interface KeptRun {
  /** `report_runs.id`, which names the snapshot's table. */
  id: number;
  runId: string;
  /** Unix seconds. */
  reportTime: number;
  /** Unix seconds. */
  completedAt: number;
  /** When it was completed, to the microsecond: in a store that went back, a run may be made once more. */
  version: string;
}

/** Which snapshot of a run it is. */
export const RUN_VERSION = `extract(epoch from completed_at)::text`;

const KEPT = `
  select id, run_id as "runId", floor(extract(epoch from report_time))::float8 as "reportTime",
    floor(extract(epoch from completed_at))::float8 as "completedAt", ${RUN_VERSION} as version
  from report_runs
  where ${SERVABLE}`;
const LATEST = `${KEPT} order by report_runs.report_time desc, id desc limit 1`;
const NAMED = `${KEPT} and run_id = $1`;
const PREVIOUS = `
  ${KEPT} and (report_runs.report_time, id) <
    (select report_time, id from report_runs where id = $1)
  order by report_runs.report_time desc, id desc limit 1`;

/**
 * The kept run of this name, or else the latest; undefined when there is none at all.
 * @throws SnapshotPruned when the named run is not kept
 */
export async function keptRun(db: Queryable, runId?: string): Promise<KeptRun | undefined> {
  if (runId === undefined) return one(db, LATEST, []);
  const run = await one(db, NAMED, [runId]);
  if (!run) throw new SnapshotPruned();
  return run;
}

/** Runs to compare with that are named by how far back their day lies. */
export const COMPARED_DAYS = { yesterday: 1, last_week: 7, last_month: 30 } as const;
export type ComparedDay = keyof typeof COMPARED_DAYS;

const DAYS_BEFORE = `
  ${KEPT} and report_runs.report_time < $1
  order by report_runs.report_time desc, id desc limit 1`;

/** The latest kept run of a day that lies at least so many days before the day of another run. */
export function runBefore(
  db: Queryable,
  calendar: Calendar,
  { reportTime }: KeptRun,
  day: ComparedDay,
): Promise<KeptRun | undefined> {
  const next = calendar.dayOf(reportTime * 1000) - (COMPARED_DAYS[day] - 1) * DAY_MS;
  return one(db, DAYS_BEFORE, [new Date(calendar.startOf(next))]);
}

/** The kept run right before another. */
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
    (select sum(value::int8)::float8 from jsonb_each_text(row_counts)) as rows,
    ${SERVABLE} as kept
  from report_runs r
  where state <> 'withdrawn' and r.report_time <= now() + interval '1 second' and ($1::uuid is null
      or (r.report_time, id) < (select report_time, id from report_runs where run_id = $1))
    and (not $3 or ${SERVABLE})
  order by r.report_time desc, id desc
  limit $2`;

/**
 * Runs, the latest moment first, but for those that are withdrawn and those whose moment lies ahead of the database's clock by
 * more than the second that a requested one waits.
 * @param before only those that come after this run in the list
 * @param onlyKept only those that are kept; else of every state
 */
export async function listRuns(
  db: Queryable,
  before: string | undefined,
  limit: number,
  onlyKept: boolean,
): Promise<RunListItem[]> {
  return (await db.query<RunListItem>(LIST, [before ?? null, limit, onlyKept])).rows;
}

/** Whether there is a run of this name, in any state. */
export async function isRun(db: Queryable, runId: string): Promise<boolean> {
  return (await db.query('select from report_runs where run_id = $1', [runId])).rowCount === 1;
}
