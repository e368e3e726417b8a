import { formatDay } from '#libs/contracts';
import { copyRows, type Connection } from '#libs/database';
import { forEachEntry } from '../blocks/activity-entries.js';
import { firstKey, putBlock } from '../blocks/latest-blocks.js';
import { CHANGED_SINCE } from './read-point.js';
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
 * Reads when each user was last active, in unix seconds, 0 when never.
 * @param latest by key, for more keys than there are
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
// As a subquery: in `= any(…)` the setting would be parsed again for every row.
const SCAN_ACTIVITY_OF = `
  ${SCAN_ACTIVITY} and block in (select unnest(current_setting('insightd.blocks')::int[]))`;
const SCAN_ACTIVITY_CHANGED = `
  ${SCAN_ACTIVITY} and (day >= current_setting('insightd.unread_from')::date or (${CHANGED_SINCE}))`;

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

async function setRange(db: Connection, range: DayRange): Promise<void> {
  await db.query(
    `select set_config('insightd.from_day', $1, true), set_config('insightd.before_day', $2, true)`,
    [formatDay(range.from), formatDay(range.before)],
  );
}
