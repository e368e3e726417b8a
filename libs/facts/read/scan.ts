import { copyRows, literal, type Connection } from '#libs/database';
import { forEachEntry, forEachNamed } from '../blocks/activity-entries.js';
import { keySet } from '../blocks/bitset.js';
import type { ActivityTable, BlocksByDay } from '../blocks/day-block.js';
import { firstKey, putBlock } from '../blocks/latest-blocks.js';
import { forEachPair, pairRowOf, pairRowsOf, type OnPairKey } from '../blocks/pair-entries.js';
import { isDistributed } from '../distribution/is-distributed.query.js';
import { CHANGED_SINCE } from './read-point.js';

/**
 * Full reads of facts in one transaction. Every function streams, so only what the caller stores
 * stays in memory. Times are milliseconds since 1970, NaN when unknown.
 */

/** Days as a half-open range, each the first millisecond of the same date in UTC. */
export interface DayRange {
  from: number;
  before: number;
}

/**
 * Reads the last activity of each user: unix seconds, 0 for never.
 * @param latest filled by key; its length must exceed the highest key
 */
export async function loadLastActive(db: Connection, latest: Uint32Array): Promise<void> {
  latest.fill(0);
  await copyRows(db, 'select block, seconds from last_active', (row) => {
    const first = firstKey(row.int());
    row.pass();
    putBlock(latest, first, row.source, row.start);
  });
  const raise = (user: number, seconds: number) => {
    if (seconds > latest[user]!) latest[user] = seconds;
  };
  await scanActivityLog(db, raise, (user, _org, seconds) => raise(user, seconds));
}

export const selectFrom = (table: ActivityTable, { from, before }: DayRange) => `
  select day, block, bits from ${table}
  where day >= ${literal.day(from)} and day < ${literal.day(before)}`;

/**
 * Receives the bitmap of one block on one day (its first millisecond). The bits are only valid
 * during the call.
 */
export type OnBlock = (day: number, block: number, bits: Uint8Array) => void;

/** Streams the folded activity of a range of days, unordered. */
export async function scanAllActivity(
  db: Connection,
  table: ActivityTable,
  range: DayRange,
  onBlock: OnBlock,
): Promise<void> {
  await copyBlocks(db, selectFrom(table, range), onBlock);
}

/**
 * Streams the folded activity of a range of days: blocks changed since the read point of
 * `setChangedSince`, and all blocks of the days from `unread` on.
 * @param unread first millisecond of the same date in UTC
 */
export async function scanChangedActivity(
  db: Connection,
  table: ActivityTable,
  range: DayRange,
  unread: number,
  onBlock: OnBlock,
): Promise<void> {
  const changed = `(day >= ${literal.day(unread)} or (${CHANGED_SINCE}))`;
  await copyBlocks(db, `${selectFrom(table, range)} and ${changed}`, onBlock);
}

/**
 * Streams the activity log, which is not folded yet. `seconds` are unix seconds.
 * @param onEntry receives activity that names no org
 * @param onNamed receives activity that names an org
 */
export async function scanActivityLog(
  db: Connection,
  onEntry: (user: number, seconds: number) => void,
  onNamed: (user: number, org: number, seconds: number) => void,
): Promise<void> {
  await copyRows(db, 'select entries, named from activity_log', (row) => {
    forEachEntry(row.bytes(), onEntry);
    const named = row.bytesOrNull();
    if (named) forEachNamed(named, onNamed);
  });
}

/** The pairs of some rows of `activity_pairs`. */
const PAIRS = 'select entries from activity_pairs';

/** A key that no pair exceeds. */
export async function highestPair(db: Connection): Promise<number> {
  const text = 'select last_value as key from activity_pairs_id_seq';
  return Number((await db.query<{ key: string }>(text)).rows[0]!.key);
}

/** Streams the pairs whose key is greater than `after`, in the order of blocks of users. */
export async function scanPairsAfter(
  db: Connection,
  after: number,
  onPair: OnPairKey,
): Promise<void> {
  const select = `${PAIRS} where last_id > ${literal.int(after)} order by block`;
  await copyPairs(db, select, (id, user, org) => {
    if (id > after) onPair(id, user, org);
  });
}

/** Streams the pairs of some users, unordered. */
export async function scanPairsOf(
  db: Connection,
  users: readonly number[],
  onPair: OnPairKey,
): Promise<void> {
  const wanted = keySet(users);
  const select = `${PAIRS} where block = any(${literal.ints(pairRowsOf(users))})`;
  await copyPairs(db, select, (id, user, org) => {
    if (wanted.has(user)) onPair(id, user, org);
  });
}

/** Streams the pairs of the users with keys from `from` to the one before `before`, unordered. */
export async function scanPairsIn(
  db: Connection,
  { from, before }: { from: number; before: number },
  onPair: OnPairKey,
): Promise<void> {
  const [first, last] = [pairRowOf(from), pairRowOf(before - 1)];
  const select = `${PAIRS} where block between ${literal.int(first)} and ${literal.int(last)}`;
  await copyPairs(db, select, (id, user, org) => {
    if (user >= from && user < before) onPair(id, user, org);
  });
}

/** Streams the pairs of the rows of `activity_pairs` whose `entries` a select returns. */
export async function copyPairs(db: Connection, select: string, onPair: OnPairKey): Promise<void> {
  await copyRows(db, select, (row) => forEachPair(row.bytes(), onPair));
}

/** `scanAllActivity` for some blocks. */
export async function scanActivity(
  db: Connection,
  table: ActivityTable,
  range: DayRange,
  blocks: readonly number[],
  onBlock: OnBlock,
): Promise<void> {
  const ofBlocks = `block in (select unnest(${literal.ints(blocks)}))`;
  await copyBlocks(db, `${selectFrom(table, range)} and ${ofBlocks}`, onBlock);
}

/** Streams single blocks of the folded activity, unordered. */
export async function scanBlocks(
  db: Connection,
  table: ActivityTable,
  wanted: BlocksByDay,
  onBlock: OnBlock,
): Promise<void> {
  const [days, blocks]: [number[], number[]] = [[], []];
  for (const [day, some] of wanted) {
    for (const block of some) {
      days.push(day);
      blocks.push(block);
    }
  }
  if (days.length === 0) return;
  const rows = `(select unnest(${literal.days(days)}) as day, unnest(${literal.ints(blocks)}) as block) wanted`;
  const select = (await isDistributed(db)) ? joined(rows, table) : lookedUp(rows, table);
  await copyBlocks(db, select, onBlock);
}

// The planner reads the whole table instead, and writes it to disk for a hash join. Citus has no such subqueries.
const lookedUp = (wanted: string, table: ActivityTable) => `
  select day, block, bits
  from ${wanted} cross join lateral (
    select bits from ${table} a where a.day = wanted.day and a.block = wanted.block offset 0
  ) found`;
const joined = (wanted: string, table: ActivityTable) => `
  select day, block, bits from ${wanted} join ${table} using (day, block)`;

async function copyBlocks(db: Connection, select: string, onBlock: OnBlock): Promise<void> {
  await copyRows(db, select, (row) => onBlock(row.dayMs(), row.int(), row.bits()));
}
