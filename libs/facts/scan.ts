import { formatDay } from '#libs/contracts';
import { copyRows, type Connection } from '#libs/platform';
import { forEachEntry } from './activity-entries.js';
import { blockOf, firstKey, unpackBlock } from './latest-blocks.js';
import { CHANGED } from './picture.js';
import { setList } from './session-list.js';

/**
 * The facts, whole, out of one transaction's picture of the store. Every function streams: nothing
 * but what the caller keeps stays in memory. Times are milliseconds since 1970, NaN when not told.
 */

/** Days as a half-open range, each the first millisecond of a UTC day. */
export interface DayRange {
  from: number;
  before: number;
}

/**
 * When each user was last active, in unix seconds, 0 when never.
 * @param keys one more than the highest user key
 */
export async function loadLastActive(db: Connection, keys: number): Promise<Uint32Array> {
  // Blocks are whole, also the last one.
  const latest = new Uint32Array(firstKey(blockOf(keys) + 1));
  await copyRows(db, 'select block, seconds from last_active', (row) => {
    const first = firstKey(row.int());
    latest.set(unpackBlock(row.bytes()), first);
  });
  await scanActivityLog(db, (key, seconds) => {
    if (seconds > latest[key]!) latest[key] = seconds;
  });
  return latest;
}

const SCAN_ACTIVITY = `
  select day, block, bits from activity
  where day >= current_setting('insightd.from_day')::date
    and day < current_setting('insightd.before_day')::date`;
// As a subquery: in `= any(…)` the setting would be parsed again for every row.
const SCAN_ACTIVITY_OF = `
  ${SCAN_ACTIVITY} and block in (select unnest(current_setting('insightd.blocks')::int[]))`;
const SCAN_ACTIVITY_CHANGED = `
  ${SCAN_ACTIVITY} and (day >= current_setting('insightd.unread_from')::date or (${CHANGED}))`;

/** Is told of the activity of a block of users on a day. The bits are only valid during the call. */
export type OnBlock = (day: number, block: number, bits: Uint8Array) => void;

/** The folded activity on the days of a range, a block of a day at a time, in no order. */
export async function scanAllActivity(
  db: Connection,
  range: DayRange,
  onBlock: OnBlock,
): Promise<void> {
  await setRange(db, range);
  await copyBlocks(db, SCAN_ACTIVITY, onBlock);
}

/**
 * As `scanAllActivity`, but only the blocks that have changed since `setSince`, and all of the days
 * from `unread` on.
 */
export async function scanChangedActivity(
  db: Connection,
  range: DayRange,
  unread: number,
  onBlock: OnBlock,
): Promise<void> {
  await setRange(db, range);
  await db.query(`select set_config('insightd.unread_from', $1, true)`, [formatDay(unread)]);
  await copyBlocks(db, SCAN_ACTIVITY_CHANGED, onBlock);
}

/** How many blocks there are of the days of a range. */
export async function countActivity(db: Connection, range: DayRange): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from activity where day >= $1::date and day < $2::date',
    [formatDay(range.from), formatDay(range.before)],
  );
  return rows[0]!.count;
}

/** The activity that waits to be folded: the rest of what the tables of activity say. */
export async function scanActivityLog(
  db: Connection,
  onEntry: (key: number, seconds: number) => void,
): Promise<void> {
  await copyRows(db, 'select entries from activity_log', (row) =>
    forEachEntry(row.bytes(), onEntry),
  );
}

/** As `scanAllActivity`, of some blocks of users alone. */
export async function scanActivity(
  db: Connection,
  range: DayRange,
  blocks: readonly number[],
  onBlock: OnBlock,
): Promise<void> {
  await setRange(db, range);
  await setList(db, 'insightd.blocks', blocks);
  await copyBlocks(db, SCAN_ACTIVITY_OF, onBlock);
}

async function copyBlocks(db: Connection, select: string, onBlock: OnBlock): Promise<void> {
  await copyRows(db, select, (row) => onBlock(row.dayMs(), row.int(), row.bits()));
}

const SCAN_INVITES = `
  select inviter_key, invitee_hash, max(at) as at from invites
  where at >= current_setting('insightd.from_day')::timestamp at time zone 'UTC'
    and at <= to_timestamp(current_setting('insightd.until')::bigint)
  group by inviter_key, invitee_hash`;

/**
 * Each pair of inviter and invitee with its latest invite, from the first of a day up to a moment.
 * @param until unix seconds, itself included
 */
export async function scanInvites(
  db: Connection,
  from: number,
  until: number,
  onInvite: (inviterKey: number, latestAt: number) => void,
): Promise<void> {
  await setRange(db, { from, before: from });
  await db.query(`select set_config('insightd.until', $1, true)`, [String(until)]);
  await copyRows(db, SCAN_INVITES, (row) => {
    const inviter = row.int();
    row.bytes();
    onInvite(inviter, row.instantMs());
  });
}

async function setRange(db: Connection, range: DayRange): Promise<void> {
  await db.query(
    `select set_config('insightd.from_day', $1, true), set_config('insightd.before_day', $2, true)`,
    [formatDay(range.from), formatDay(range.before)],
  );
}
