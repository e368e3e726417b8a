import type {
  NewSubscription,
  SubscriptionSchedule,
  SubscriptionTarget,
  Where,
} from '#libs/contracts';
import type { Queryable } from '#libs/database';
import type { FrozenList, KeptRun } from '#libs/reports';

/** While more deliveries of a subscription wait, no further message is stored for it. */
const MAX_WAITING = 100;

// A time further ahead than the longest wait was set by a clock that was ahead.
const IS_DUE = `(next_at <= now() or next_at > now() + interval '17 days')`;

const DUE = `
  select id from subscriptions s
  where state <> 'ended' and ended_reason is null and baseline_run is null
    or state = 'active' and (${IS_DUE} or next_at is null and baseline_run is distinct from $1::uuid)
      and (
        select count(*) from (
          select from subscription_deliveries d
          where d.subscription_id = s.id and d.state = 'waiting' limit ${MAX_WAITING + 1}) waiting) <= ${MAX_WAITING}
  order by id`;

/** The subscriptions that need a baseline, or whose changes are due. @param latest the latest run */
export async function dueSubscriptions(db: Queryable, latest: KeptRun): Promise<string[]> {
  return (await db.query<{ id: string }>(DUE, [latest.runId])).rows.map(({ id }) => id);
}

/** A subscription as a step needs it. */
export interface SteppedSubscription {
  id: string;
  report: string;
  interval: string;
  where: Where | null;
  segment: string | null;
  change: NewSubscription['change'];
  schedule: SubscriptionSchedule;
  target: SubscriptionTarget;
  isActive: boolean;
  /** Whether its moment has come; always for every run. */
  isDue: boolean;
  takesFirstRun: boolean;
  /** Null before the first run. */
  baseline: { run_id: string; report_time: number; exclusions: number; definition: string } | null;
}

const LOCK = `
  select id, report, interval, conditions as "where", segment, change, schedule, target,
    state = 'active' as "isActive", next_at is null or ${IS_DUE} as "isDue", takes_first_run as "takesFirstRun",
    case when baseline_run is not null then json_build_object(
      'run_id', baseline_run, 'report_time', floor(extract(epoch from baseline_time)), 'exclusions', baseline_exclusions,
      'definition', baseline_definition) end as baseline
  from subscriptions where id = $1 and state <> 'ended'
  for update skip locked`;

/** Locks a subscription; undefined when it does not exist, has ended, or another worker has locked it. */
export async function lockSubscription(
  db: Queryable,
  id: string,
): Promise<SteppedSubscription | undefined> {
  return (await db.query<SteppedSubscription>(LOCK, [id])).rows[0];
}

const BASELINE_STANDS = `select from report_runs where run_id = $1 and state = 'completed'`;

/**
 * Whether the baseline's run is later than another one and still stands: a clock went back, and the run is served again
 * when the clock reaches its report time.
 */
export async function isAhead(
  db: Queryable,
  baseline: { run_id: string; report_time: number },
  run: { reportTime: number },
): Promise<boolean> {
  if (baseline.report_time <= run.reportTime) return false;
  return (await db.query(BASELINE_STANDS, [baseline.run_id])).rowCount === 1;
}

const BASELINE = `
  select report_id as "reportId", width, entries as rows from subscription_baselines where subscription_id = $1`;

/** The list of the baseline. */
export async function baselineList(db: Queryable, id: string): Promise<FrozenList> {
  return (await db.query<FrozenList>(BASELINE, [id])).rows[0]!;
}

const SET_LIST = `
  insert into subscription_baselines (subscription_id, report_id, width, entries) values ($1, $2, $3, $4)
  on conflict (subscription_id) do update
    set report_id = excluded.report_id, width = excluded.width, entries = excluded.entries`;
const SET_BASELINE = `
  update subscriptions set baseline_run = $2, baseline_time = to_timestamp($3), baseline_exclusions = $4,
    baseline_definition = $5
  where id = $1`;

/** Makes the list of a run the baseline. */
export async function setBaseline(
  db: Queryable,
  id: string,
  run: KeptRun,
  definition: string,
  { reportId, width, rows }: FrozenList,
): Promise<void> {
  const { runId, reportTime, exclusionsVersion } = run;
  await db.query(SET_LIST, [id, reportId, width, rows]);
  await db.query(SET_BASELINE, [id, runId, reportTime, exclusionsVersion, definition]);
}

/** Sets when a subscription is due next. @param nextAt undefined for every run */
export async function setNextAt(
  db: Queryable,
  id: string,
  nextAt: number | undefined,
): Promise<void> {
  await db.query('update subscriptions set next_at = $2 where id = $1', [
    id,
    nextAt === undefined ? null : new Date(nextAt),
  ]);
}

const PAUSE = `
  update subscriptions set state = 'paused', ended_reason = $2, next_at = null, changed_at = now()
  where id = $1 and state <> 'ended'`;

/** Pauses a subscription that cannot go on. */
export async function pauseSubscription(db: Queryable, id: string, reason: string): Promise<void> {
  await db.query(PAUSE, [id, reason]);
}
