import type { Connection, Queryable } from '#libs/database';

/**
 * Identifies the store and the database snapshot that data was read from, so that later changes can
 * be found. Every change that a later snapshot sees and this one does not was written by a
 * transaction whose number is at or above the horizon. Each row carries that number as `xmin`; for
 * facts, it is also recorded in `fact_changes`.
 */
export interface ReadPoint {
  /**
   * Changes with the database, with each start or crash recovery of the server, and when tables are
   * truncated or recreated.
   */
  store: string;
  /** All transactions with lower numbers had ended. */
  horizon: bigint;
  /** The lowest transaction number not yet assigned. */
  next: bigint;
  /**
   * Whether later changes can be found: all visible rows survive a crash, otherwise transaction numbers could be reused,
   * and the facts are not distributed, otherwise each node numbers its own transactions.
   */
  hasChanges: boolean;
}

const FACTS = [
  ...['user_ids', 'org_ids', 'users', 'orgs', 'memberships', 'invites'],
  ...['activity', 'activity_pairs', 'named_activity'],
  ...['user_profiles', 'user_traits', 'org_traits', 'exclusions'],
];

// While a server runs, its files cannot be restored and no other server can replace it as the
// primary, so an equal start time means that transaction numbers keep their meaning. After a crash
// of one of its processes, the server keeps its start time but resets its statistics. Removed rows
// are recorded in `fact_changes`.
const READ_POINT = `
  select concat_ws(' ', (select oid from pg_database where datname = current_database()),
      extract(epoch from pg_postmaster_start_time()),
      extract(epoch from pg_stat_get_bgwriter_stat_reset_time()),
      ${['fact_changes', ...FACTS].map((table) => `pg_relation_filenode('${table}')`).join(', ')}) as store,
    pg_snapshot_xmin(pg_current_snapshot())::text as horizon,
    pg_snapshot_xmax(pg_current_snapshot())::text as next,
    current_setting('synchronous_commit') <> 'off'
      and not exists (select from instance where distribution is not null) as "hasChanges"`;

/** The read point of a transaction's snapshot. */
export async function currentReadPoint(db: Queryable): Promise<ReadPoint> {
  const { rows } = await db.query<{
    store: string;
    horizon: string;
    next: string;
    hasChanges: boolean;
  }>(READ_POINT);
  const { store, horizon, next, hasChanges } = rows[0]!;
  return { store, horizon: BigInt(horizon), next: BigInt(next), hasChanges };
}

/**
 * Rows hold the lower 32 bits of transaction numbers, which are ordered within half their range.
 */
const MAX_DISTANCE = 2n ** 31n;

/** Whether all changes between two read points can be found by transaction numbers. */
export function canResumeFrom(before: ReadPoint, now: ReadPoint): boolean {
  return (
    before.hasChanges &&
    now.hasChanges &&
    now.store === before.store &&
    now.horizon >= before.horizon &&
    now.next >= before.next &&
    now.next - before.horizon < MAX_DISTANCE
  );
}

/**
 * Whether the current store is that of an earlier read point and has not gone back since. Does not
 * detect removed rows: see `areRowsRemovedSince`.
 */
export async function isStillThere(db: Queryable, before: ReadPoint): Promise<boolean> {
  const now = await currentReadPoint(db);
  return now.store === before.store && now.horizon >= before.horizon && now.next >= before.next;
}

/**
 * SQL condition: the row changed since the read point set by `setChangedSince`. Also selects some
 * unchanged rows. Scans the whole table, which suits the 22,000 rows of activity but not a million
 * users.
 */
// Nearly all rows are older. Testing that first saves a third of the scan time.
export const CHANGED_SINCE = `
  age(xmin) <= (select age(current_setting('insightd.since')::xid8::xid)) and age(xmin) >= 0`;

/**
 * Sets the lower bound for `CHANGED_SINCE` in this transaction. Disables parallel workers, whose
 * start takes longer than they save.
 */
export async function setChangedSince(db: Connection, { horizon }: ReadPoint): Promise<void> {
  await db.query(
    `select set_config('insightd.since', $1, true),
      set_config('max_parallel_workers_per_gather', '0', true)`,
    [String(horizon)],
  );
}
