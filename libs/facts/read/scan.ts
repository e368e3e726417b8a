import { formatDay } from '#libs/contracts';
import { copyRows, type Connection } from '#libs/database';
import { forEachEntry } from '../blocks/activity-entries.js';
import { firstKey, putBlock } from '../blocks/latest-blocks.js';
import { CHANGED_SINCE } from './read-point.js';
import { setList } from './session-list.js';

/**
 * Full reads of facts in one transaction. Every function streams, so only what the caller stores
 * stays in memory. Times are milliseconds since 1970, NaN when unknown.
 */

/** Days as a half-open range, each the first millisecond of a UTC day. */
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
  await scanActivityLog(db, (key, seconds) => {
    if (seconds > latest[key]!) latest[key] = seconds;
  });
}

const SCAN_ACTIVITY = `
  select day, block, bits from activity
  where day >= current_setting('insightd.from_day')::date
    and day < current_setting('insightd.before_day')::date`;
// A subquery: in `= any(…)`, the setting would be parsed for every row.
const SCAN_ACTIVITY_OF = `
  ${SCAN_ACTIVITY} and block in (select unnest(current_setting('insightd.blocks')::int[]))`;
const SCAN_ACTIVITY_CHANGED = `
  ${SCAN_ACTIVITY} and (day >= current_setting('insightd.unread_from')::date or (${CHANGED_SINCE}))`;

/**
 * Receives the bitmap of one block on one day (its first millisecond). The bits are only valid
 * during the call.
 */
export type OnBlock = (day: number, block: number, bits: Uint8Array) => void;

/** Streams the folded activity of a range of days, unordered. */
export async function scanAllActivity(
  db: Connection,
  range: DayRange,
  onBlock: OnBlock,
): Promise<void> {
  await setRange(db, range);
  await copyBlocks(db, SCAN_ACTIVITY, onBlock);
}

/**
 * Streams the folded activity of a range of days: blocks changed since the read point of
 * `setChangedSince`, and all blocks of the days from `unread` on.
 * @param unread first millisecond of a UTC day
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

/** Streams the activity log, which is not folded yet. `seconds` are unix seconds. */
export async function scanActivityLog(
  db: Connection,
  onEntry: (key: number, seconds: number) => void,
): Promise<void> {
  await copyRows(db, 'select entries from activity_log', (row) =>
    forEachEntry(row.bytes(), onEntry),
  );
}

/** `scanAllActivity` for some blocks. */
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

async function setRange(db: Connection, range: DayRange): Promise<void> {
  await db.query(
    `select set_config('insightd.from_day', $1, true), set_config('insightd.before_day', $2, true)`,
    [formatDay(range.from), formatDay(range.before)],
  );
}
