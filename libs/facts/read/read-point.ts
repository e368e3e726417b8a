import type { Connection, Queryable } from '#libs/database';

/**
 * Which picture of which store something was read from: enough to find what has changed since. Whatever
 * a later picture shows anew was written by a transaction that this one did not see end, whose number is
 * at or above its horizon. Every row has that number, `xmin`, and for facts it is noted in `fact_changes`.
 */
export interface ReadPoint {
  /**
   * Changes with the database, with each start of its server or recovery from a crash, and with tables emptied or
   * created again.
   */
  store: string;
  /** Transactions of lower numbers had ended. */
  horizon: bigint;
  /** The lowest number that was not given to any transaction. */
  next: bigint;
  /** Whether whatever it shows outlives a crash, after which numbers would be given again. */
  isDurable: boolean;
}

const FACTS = ['user_ids', 'org_ids', 'users', 'orgs', 'memberships', 'invites', 'activity'];

// Under a running server, files cannot go back to an earlier state, nor can another server become the primary in its
// place: its start says that the numbers still mean the same. A server that recovers from the crash of one of
// its processes has the same start, but throws its statistics away. Rows that are removed and loaded again are noted
// in `fact_changes`.
const PICTURE = `
  select concat_ws(' ', (select oid from pg_database where datname = current_database()),
      extract(epoch from pg_postmaster_start_time()),
      extract(epoch from pg_stat_get_bgwriter_stat_reset_time()),
      ${['fact_changes', ...FACTS].map((table) => `pg_relation_filenode('${table}')`).join(', ')}) as store,
    pg_snapshot_xmin(pg_current_snapshot())::text as horizon,
    pg_snapshot_xmax(pg_current_snapshot())::text as next,
    current_setting('synchronous_commit') <> 'off' as durable`;

export async function currentReadPoint(db: Queryable): Promise<ReadPoint> {
  const { rows } = await db.query<{
    store: string;
    horizon: string;
    next: string;
    durable: boolean;
  }>(PICTURE);
  const { store, horizon, next, durable } = rows[0]!;
  return { store, horizon: BigInt(horizon), next: BigInt(next), isDurable: durable };
}

/** Rows hold the lower 32 bits of numbers, which can be told apart within half their range. */
const FARTHEST = 2n ** 31n;

/** Whether all that changed between two pictures can be found by the numbers of transactions. */
export function canResumeFrom(before: ReadPoint, now: ReadPoint): boolean {
  return (
    before.isDurable &&
    now.store === before.store &&
    now.horizon >= before.horizon &&
    now.next >= before.next &&
    now.next - before.horizon < FARTHEST
  );
}

/**
 * Whether a store, as a transaction sees it now, is the one that a picture was of, and has not gone back since.
 * Does not look at single rows that were removed: see `areRowsRemovedSince`.
 */
export async function isStillThere(db: Queryable, before: ReadPoint): Promise<boolean> {
  const now = await currentReadPoint(db);
  return now.store === before.store && now.horizon >= before.horizon && now.next >= before.next;
}

/**
 * The condition on a table's rows that finds all that changed since a picture, and harmless others. It looks
 * through all of them: for the 22,000 of activity, not for a million users.
 */
// Nearly all rows are older: by asking for that first, a third less time goes into looking through them.
export const CHANGED_SINCE = `
  age(xmin) <= (select age(current_setting('insightd.since')::xid8::xid)) and age(xmin) >= 0`;

/**
 * Tells `CHANGED` since when, for the transaction. Without processes of PostgreSQL besides, whose start
 * takes longer than what they save.
 */
export async function setChangedSince(db: Connection, { horizon }: ReadPoint): Promise<void> {
  await db.query(
    `select set_config('insightd.since', $1, true),
      set_config('max_parallel_workers_per_gather', '0', true)`,
    [String(horizon)],
  );
}
