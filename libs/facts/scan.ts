import { formatDay, startOfDay } from '#libs/contracts';
import { copyRows, type Connection } from '#libs/platform';
import { ActivityDays, type DayRange } from './activity-days.js';
import { forEachEntry } from './activity-entries.js';
import { blockOf, firstKey, unpackBlock } from './latest-blocks.js';
import { setList } from './session-list.js';

/**
 * The facts, whole, out of one transaction's picture of the store. Every function streams: nothing
 * but what the caller keeps stays in memory. Times are milliseconds since 1970, NaN when not told.
 */

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
  await scanLog(db, (key, seconds) => {
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

/** Who was active on the days of a range. @param keys one more than the highest user key */
export async function loadActivity(
  db: Connection,
  range: DayRange,
  keys: number,
): Promise<ActivityDays> {
  const days = new ActivityDays(range, keys);
  await setRange(db, range);
  await copyRows(db, SCAN_ACTIVITY, (row) => days.put(row.dayMs(), row.int(), row.bits()));
  await scanLog(db, (key, seconds) => days.mark(startOfDay(seconds * 1000), key));
  return days;
}

/** The activity that waits to be folded: the rest of what the tables of activity say. */
async function scanLog(
  db: Connection,
  onEntry: (key: number, seconds: number) => void,
): Promise<void> {
  await copyRows(db, 'select entries from activity_log', (row) =>
    forEachEntry(row.bytes(), onEntry),
  );
}

/**
 * The folded activity of some blocks of users on the days of a range, a block of a day at a time, in
 * no order. The bits are only valid during the call, the highest bit of a byte first.
 */
export async function scanActivity(
  db: Connection,
  range: DayRange,
  blocks: readonly number[],
  onBlock: (day: number, block: number, bits: Uint8Array) => void,
): Promise<void> {
  await setRange(db, range);
  await setList(db, 'insightd.blocks', blocks);
  await copyRows(db, SCAN_ACTIVITY_OF, (row) => onBlock(row.dayMs(), row.int(), row.bits()));
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
