import { DAY_MS } from '#libs/contracts';
import {
  loadActivity,
  loadLastActive,
  scanInvites,
  scanMemberships,
  scanOrgOrder,
  scanOrgs,
  scanUserOrder,
  scanUsers,
  type Membership,
} from '#libs/facts';
import type { Connection } from '#libs/platform';
import { ActivityMasks, MASK_DAYS } from './activity-masks.js';
import {
  countInWindows,
  subjectFacts,
  windowCounts,
  type Moment,
  type OrgFacts,
  type RunFacts,
  type UserFacts,
} from './run-facts.js';

/**
 * Reads the facts of a run as of its moment: what happened after T is not there.
 * @param db one picture of the store, so that all rankings are of one moment
 */
export async function loadFacts(db: Connection, moment: Moment): Promise<RunFacts> {
  const sizes = await loadSizes(db);
  const users = await loadUsers(db, moment, sizes.users);
  await loadInvites(db, moment, users);
  const orgs = await loadOrgs(db, moment, sizes.orgs);
  await loadMemberships(db, moment, users, orgs);
  return { moment, users, orgs };
}

const SIZES = `
  select (select coalesce(max(id), 0) from user_ids) + 1 as users,
    (select coalesce(max(id), 0) from org_ids) + 1 as orgs`;

/** One more than the highest key of each. */
async function loadSizes(db: Connection): Promise<{ users: number; orgs: number }> {
  return (await db.query<{ users: number; orgs: number }>(SIZES)).rows[0]!;
}

async function loadUsers(
  db: Connection,
  { reportTime, day }: Moment,
  size: number,
): Promise<UserFacts> {
  const users: UserFacts = {
    ...subjectFacts(size, await loadMasks(db, day, size)),
    lastActiveAt: await loadLastActive(db, size),
    invitees: windowCounts(size),
  };
  const exists = new Uint8Array(size);
  const activeAfter: number[] = [];
  const t = reportTime * 1000;
  await scanUsers(db, (key, createdAt, deletedAt) => {
    if (!(createdAt <= t) || deletedAt <= t) return;
    exists[key] = 1;
    users.createdAt[key] = Math.floor(createdAt / 1000);
    users.createdDay[key] = Math.floor(createdAt / DAY_MS);
    if (users.lastActiveAt[key]! > reportTime) activeAfter.push(key);
  });
  users.keys = await orderedKeys((onKey) => scanUserOrder(db, onKey), exists);
  await settleLastActive(db, day, users, activeAfter);
  return users;
}

/** The keys that exist, in the order in which a scan names all of them. */
async function orderedKeys(
  scan: (onKey: (key: number) => void) => Promise<void>,
  exists: Uint8Array,
): Promise<Uint32Array> {
  const keys = new Uint32Array(exists.length);
  let count = 0;
  await scan((key) => {
    if (exists[key] === 1) keys[count++] = key;
  });
  return keys.slice(0, count);
}

/**
 * Users active after T were last active, as of T, when their last active day up to T began, or when
 * they were created if that is later. Looks back 90 days at a time; the day of the creation is active.
 */
async function settleLastActive(
  db: Connection,
  lastDay: number,
  users: UserFacts,
  activeAfter: readonly number[],
): Promise<void> {
  let [unsettled, day, activity] = [activeAfter, lastDay, users.activity];
  while (unsettled.length > 0 && day > -MASK_DAYS) {
    const rest: number[] = [];
    for (const key of unsettled) {
      const age = activity.latestAge(key);
      if (age === undefined) rest.push(key);
      else {
        const began = (day - age) * (DAY_MS / 1000);
        users.lastActiveAt[key] = Math.max(began, users.createdAt[key]!);
      }
    }
    unsettled = rest;
    day -= MASK_DAYS;
    if (rest.length > 0) activity = await loadMasks(db, day, users.createdAt.length);
  }
}

/** The activity of the 90 days up to `day`, counted from 1970. */
async function loadMasks(db: Connection, day: number, size: number): Promise<ActivityMasks> {
  const range = { from: (day - MASK_DAYS + 1) * DAY_MS, before: (day + 1) * DAY_MS };
  return ActivityMasks.of(await loadActivity(db, range, size));
}

async function loadInvites(db: Connection, moment: Moment, users: UserFacts): Promise<void> {
  const from = (moment.day - MASK_DAYS + 1) * DAY_MS;
  await scanInvites(db, from, moment.reportTime, (inviter, latestAt) => {
    // An invitee counts once in a window, by the latest of the invites.
    countInWindows(users.invitees, inviter, moment.day - Math.floor(latestAt / DAY_MS));
  });
}

async function loadOrgs(db: Connection, { reportTime }: Moment, size: number): Promise<OrgFacts> {
  const orgs: OrgFacts = {
    ...subjectFacts(size, ActivityMasks.none(size)),
    members: new Uint32Array(size),
    added: windowCounts(size),
    removed: windowCounts(size),
  };
  const exists = new Uint8Array(size);
  const t = reportTime * 1000;
  await scanOrgs(db, (key, createdAt, deletedAt) => {
    if (!(createdAt <= t) || deletedAt <= t) return;
    exists[key] = 1;
    orgs.createdAt[key] = Math.floor(createdAt / 1000);
    orgs.createdDay[key] = Math.floor(createdAt / DAY_MS);
  });
  orgs.keys = await orderedKeys((onKey) => scanOrgOrder(db, onKey), exists);
  return orgs;
}

async function loadMemberships(
  db: Connection,
  moment: Moment,
  users: UserFacts,
  orgs: OrgFacts,
): Promise<void> {
  const ageOf = (ms: number) => moment.day - Math.floor(ms / DAY_MS);
  const addPair = (user: number, org: number, { spans, additions, removals }: Membership) => {
    for (const at of additions) countInWindows(orgs.added, org, ageOf(at));
    for (const at of removals) countInWindows(orgs.removed, org, ageOf(at));
    if (spans.at(-1)?.to === Infinity) orgs.members[org]!++;
    for (const { from, to } of spans) {
      // Both days of a span count whole; an open one reaches to the day of the report.
      orgs.activity.markAs(org, users.activity, user, Math.max(ageOf(to), 0), ageOf(from) + 1);
    }
  };
  await scanMemberships(db, moment.reportTime * 1000, addPair);
}
