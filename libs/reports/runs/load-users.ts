import { DAY_MS } from '#libs/contracts';
import { loadActivity, loadLastActive, scanInvites, scanUserOrder, scanUsers } from '#libs/facts';
import type { Connection } from '#libs/platform';
import { ActivityMasks, MASK_DAYS } from './activity-masks.js';
import { countInWindows, countsOf, valuesOf, windowCounts } from './columns.js';
import { descending, stableSort } from './order.js';
import { daysOf, existingKeys } from './places.js';
import type { Moment, UserFacts } from './run-facts.js';

/**
 * Reads the users who exist at T.
 * @param size one more than the highest key
 * @param activity of the 90 days up to T, by key
 */
export async function loadUsers(
  db: Connection,
  moment: Moment,
  size: number,
  activity: ActivityMasks,
): Promise<UserFacts> {
  const lastActiveAt = await loadLastActive(db, size);
  const createdAt = new Uint32Array(size);
  const exists = new Uint8Array(size);
  const activeAfter: number[] = [];
  const t = moment.reportTime * 1000;
  await scanUsers(db, (key, created, deleted) => {
    if (!(created <= t) || deleted <= t) return;
    exists[key] = 1;
    createdAt[key] = Math.floor(created / 1000);
    if (lastActiveAt[key]! > moment.reportTime) activeAfter.push(key);
  });
  await settleLastActive(db, { lastActiveAt, createdAt, activity }, moment.day, activeAfter);
  const invitees = await loadInvitees(db, moment, size);
  const byId = await existingKeys((onKey) => scanUserOrder(db, onKey), exists);
  const keys = stableSort(byId, (key) => descending(lastActiveAt[key]!));
  const created = valuesOf(keys, createdAt);
  return {
    keys,
    createdAt: created,
    createdDay: daysOf(created),
    activity: activity.forKeys(keys),
    lastActiveAt: valuesOf(keys, lastActiveAt),
    invitees: countsOf(keys, invitees),
  };
}

interface ByKey {
  lastActiveAt: Uint32Array;
  createdAt: Uint32Array;
  activity: ActivityMasks;
}

/**
 * Users active after T were last active, as of T, when their last active day up to T began, or when
 * they were created if that is later. Looks back 90 days at a time; the day of the creation is active.
 */
async function settleLastActive(
  db: Connection,
  { lastActiveAt, createdAt, activity: latest }: ByKey,
  lastDay: number,
  activeAfter: readonly number[],
): Promise<void> {
  let [unsettled, day, activity] = [activeAfter, lastDay, latest];
  while (unsettled.length > 0 && day > -MASK_DAYS) {
    const rest: number[] = [];
    for (const key of unsettled) {
      const age = activity.latestAge(key);
      if (age === undefined) rest.push(key);
      else lastActiveAt[key] = Math.max((day - age) * (DAY_MS / 1000), createdAt[key]!);
    }
    unsettled = rest;
    day -= MASK_DAYS;
    if (rest.length > 0) activity = await loadMasks(db, day, createdAt.length);
  }
}

/** The activity of the 90 days up to `day`, counted from 1970, by key. */
export async function loadMasks(db: Connection, day: number, size: number): Promise<ActivityMasks> {
  const range = { from: (day - MASK_DAYS + 1) * DAY_MS, before: (day + 1) * DAY_MS };
  return ActivityMasks.of(await loadActivity(db, range, size));
}

async function loadInvitees(db: Connection, moment: Moment, size: number) {
  const invitees = windowCounts(size);
  const from = (moment.day - MASK_DAYS + 1) * DAY_MS;
  await scanInvites(db, from, moment.reportTime, (inviter, latestAt) => {
    // An invitee counts once in a window, by the latest of the invites.
    countInWindows(invitees, inviter, moment.day - Math.floor(latestAt / DAY_MS));
  });
  return invitees;
}
