import { setTimeout as delay } from 'node:timers/promises';
import type { Queryable } from './database.js';

const POLL_MS = 5;
const WITHIN_MS = 30_000;

const HAS_NODES = `select exists (select from pg_extension where extname = 'citus') as "hasNodes"`;

// A transaction that others can see holds the lock of its number until it has committed on all nodes. The lock has the
// lower 32 bits of the number.
const COMMITTING = `
  with snapshot as (
    select pg_current_snapshot() as seen, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next
  ), held as (
    select seen, next, (next >> 32 << 32) + transactionid::text::bigint as number
    from pg_locks, snapshot
    where locktype = 'transactionid' and mode = 'ExclusiveLock' and granted and pid <> pg_backend_pid()
  )
  select number::text as number from held
  where pg_visible_in_snapshot(
    (case when number > next + (1::bigint << 31) then number - (1::bigint << 32) else number end)::text::xid8, seen)`;
const ARE_HELD = `
  select exists (
    select from pg_locks
    where locktype = 'transactionid' and mode = 'ExclusiveLock' and granted
      and transactionid::text::bigint in (select number & 4294967295 from unnest($1::bigint[]) number)
  ) as "areHeld"`;

/**
 * Waits until every transaction that `db` sees has committed on all nodes of Citus; returns at once without Citus. The
 * coordinator shows the local rows of a transaction a moment before its nodes show theirs, so data that moves from a
 * local table to a distributed one would be in neither.
 * @param db in a transaction with one snapshot, that snapshot counts
 * @throws Error when a transaction has not committed within 30 seconds
 */
export async function committedOnAllNodes(db: Queryable): Promise<void> {
  if (!(await hasNodes(db))) return;
  const numbers = (await db.query<{ number: string }>(COMMITTING)).rows.map((row) => row.number);
  if (numbers.length === 0) return;
  const giveUpAt = performance.now() + WITHIN_MS;
  while ((await db.query<{ areHeld: boolean }>(ARE_HELD, [numbers])).rows[0]!.areHeld) {
    if (performance.now() > giveUpAt) throw new CommitPending();
    await delay(POLL_MS);
  }
}

// Only its owner may call it, unless an administrator has granted it.
const FINISH = `
  select recover_prepared_transactions()
  where has_function_privilege('recover_prepared_transactions()', 'execute')`;

/**
 * Commits on each node of Citus what a node that was away has missed, if the role may; Citus does so every minute itself.
 */
export async function finishCommits(db: Queryable): Promise<void> {
  if (await hasNodes(db)) await db.query(FINISH);
}

async function hasNodes(db: Queryable): Promise<boolean> {
  return (await db.query<{ hasNodes: boolean }>(HAS_NODES)).rows[0]!.hasNodes;
}

/** A node has not answered the commit of a transaction. The code is that of a lost connection: the database is away. */
class CommitPending extends Error {
  readonly code = '08006';

  constructor() {
    super('A node of the database has not committed a transaction in time.');
  }
}
