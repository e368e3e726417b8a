import { copyRows, type Connection } from '#libs/platform';
import type { StepKind } from './batch.js';
import { forEachKey } from './day-block.js';
import { replay, type Membership, type TimedStep } from './replay.js';
import { stampTime } from './stamp.js';

/**
 * The facts, whole, out of one transaction's picture of the store. Every function streams: nothing
 * but what the caller keeps stays in memory. Times are milliseconds since 1970, NaN when not told.
 */

const SCAN_USERS = `
  select id, created_at, deleted_at, last_active_at from users order by user_id`;

/** Users in the order of their ids' bytes. */
export async function scanUsers(
  db: Connection,
  onUser: (key: number, createdAt: number, deletedAt: number, lastActiveAt: number) => void,
): Promise<void> {
  await copyRows(db, SCAN_USERS, (row) =>
    onUser(row.int(), row.instantMs(), row.instantMs(), row.instantMs()),
  );
}

const SCAN_ORGS = 'select id, created_at, deleted_at from orgs order by org_id';

/** Orgs in the order of their ids' bytes. */
export async function scanOrgs(
  db: Connection,
  onOrg: (key: number, createdAt: number, deletedAt: number) => void,
): Promise<void> {
  await copyRows(db, SCAN_ORGS, (row) => onOrg(row.int(), row.instantMs(), row.instantMs()));
}

/** The days of a scan as a half-open range, each the first millisecond of a UTC day. */
export interface DayRange {
  from: number;
  before: number;
}

const SCAN_ACTIVITY = `
  select day, block, bits from activity
  where day >= current_setting('insightd.from_day')::date
    and day < current_setting('insightd.before_day')::date
  order by day desc, block`;

/** Who was active on which day, latest day first. */
export async function scanActivity(
  db: Connection,
  range: DayRange,
  onActive: (day: number, userKey: number) => void,
): Promise<void> {
  await setRange(db, range);
  await copyRows(db, SCAN_ACTIVITY, (row) => {
    const day = row.dayMs();
    const block = row.int();
    forEachKey(block, row.bits(), (key) => onActive(day, key));
  });
}

const SCAN_INVITES = `
  select inviter_key, invitee_hash, max(at) as at from invites
  where at >= current_setting('insightd.from_day')::date
    and at <= to_timestamp(current_setting('insightd.until')::bigint)
  group by inviter_key, invitee_hash
  order by inviter_key`;

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

// The steps after a deletion do not count: they are left out by their whole stamp, since times can
// be equal. `least` passes over null.
const SCAN_STEPS = `
  select s.user_key, s.org_key, substring(s.stamp from 1 for 8), s.kind,
    least(u.deleted_at, o.deleted_at)
  from membership_steps s
  join users u on u.id = s.user_key
  join orgs o on o.id = s.org_key
  where (s.stamp > least(u.deleted_stamp, o.deleted_stamp)) is not true
  order by s.user_key, s.org_key, s.stamp`;

/**
 * The membership of each (user, org) pair, replayed from the steps and deletions known up to a moment.
 * @param until milliseconds since 1970, itself included; Infinity for all that is known
 */
export async function scanMemberships(
  db: Connection,
  until: number,
  onPair: (userKey: number, orgKey: number, membership: Membership) => void,
): Promise<void> {
  let pair: { user: number; org: number; closedAt: number } | undefined;
  let steps: TimedStep[] = [];
  const flush = () => {
    if (!pair || steps.length === 0) return;
    const closed = pair.closedAt <= until ? pair.closedAt : undefined;
    onPair(pair.user, pair.org, replay(steps, closed));
  };
  await copyRows(db, SCAN_STEPS, (row) => {
    const [user, org] = [row.int(), row.int()];
    const at = stampTime(row.bytes());
    const kind = row.text() as StepKind;
    const closedAt = row.instantMs();
    if (pair?.user !== user || pair.org !== org) {
      flush();
      pair = { user, org, closedAt };
      steps = [];
    }
    if (at <= until) steps.push({ at, kind, role: null });
  });
  flush();
}

async function setRange(db: Connection, range: DayRange): Promise<void> {
  await db.query(
    `select set_config('insightd.from_day', $1, true), set_config('insightd.before_day', $2, true)`,
    [isoDay(range.from), isoDay(range.before)],
  );
}

function isoDay(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}
