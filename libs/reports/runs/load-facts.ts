import { DAY_MS } from '#libs/contracts';
import {
  scanActivity,
  scanInvites,
  scanMemberships,
  scanOrgs,
  scanUsers,
  type Membership,
} from '#libs/facts';
import type { Connection } from '#libs/platform';
import { MASK_DAYS } from './activity-masks.js';
import {
  countInWindows,
  subjectFacts,
  windowCounts,
  type Moment,
  type OrgFacts,
  type RunFacts,
  type UserFacts,
} from './run-facts.js';

const SIZES = `
  select (select coalesce(max(id), 0) from users) + 1 as users,
    (select coalesce(max(id), 0) from orgs) + 1 as orgs`;

/**
 * Reads the facts of a run as of its moment: what happened after T is not there.
 * @param db one picture of the store, so that all rankings are of one moment
 */
export async function loadFacts(db: Connection, moment: Moment): Promise<RunFacts> {
  const { rows } = await db.query<{ users: number; orgs: number }>(SIZES);
  const { users, unsettled } = await loadUsers(db, moment, rows[0]!.users);
  await loadActivity(db, moment, users, unsettled);
  await loadInvites(db, moment, users);
  const orgs = await loadOrgs(db, moment, rows[0]!.orgs);
  await loadMemberships(db, moment, users, orgs);
  return { moment, users, orgs };
}

/** Users active after T: when they were last active before it has to be found in their days. */
type Unsettled = Set<number>;

async function loadUsers(
  db: Connection,
  { reportTime }: Moment,
  size: number,
): Promise<{ users: UserFacts; unsettled: Unsettled }> {
  const users: UserFacts = {
    ...subjectFacts(size),
    lastActiveAt: new Uint32Array(size),
    invitees: windowCounts(size),
  };
  const unsettled: Unsettled = new Set();
  const keys: number[] = [];
  const t = reportTime * 1000;
  await scanUsers(db, (key, createdAt, deletedAt, lastActiveAt) => {
    if (!(createdAt <= t) || deletedAt <= t) return;
    keys.push(key);
    users.createdAt[key] = Math.floor(createdAt / 1000);
    users.createdDay[key] = Math.floor(createdAt / DAY_MS);
    users.lastActiveAt[key] = Math.floor(lastActiveAt / 1000);
    if (lastActiveAt > t) unsettled.add(key);
  });
  users.keys = Uint32Array.from(keys);
  return { users, unsettled };
}

/** Marks the days that the reports look at, and settles when users were last active as of T. */
async function loadActivity(
  db: Connection,
  { day }: Moment,
  users: UserFacts,
  unsettled: Unsettled,
): Promise<void> {
  const settle = (dayMs: number, key: number) => {
    if (!unsettled.delete(key)) return;
    users.lastActiveAt[key] = Math.max(dayMs / 1000, users.createdAt[key]!);
  };
  const firstDay = day - MASK_DAYS + 1;
  const window = { from: firstDay * DAY_MS, before: (day + 1) * DAY_MS };
  await scanActivity(db, window, (dayMs, key) => {
    users.activity.mark(key, day - dayMs / DAY_MS);
    settle(dayMs, key);
  });
  if (unsettled.size > 0) await scanActivity(db, { from: 0, before: window.from }, settle);
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
    ...subjectFacts(size),
    members: new Uint32Array(size),
    added: windowCounts(size),
    removed: windowCounts(size),
  };
  const keys: number[] = [];
  const t = reportTime * 1000;
  await scanOrgs(db, (key, createdAt, deletedAt) => {
    if (!(createdAt <= t) || deletedAt <= t) return;
    keys.push(key);
    orgs.createdAt[key] = Math.floor(createdAt / 1000);
    orgs.createdDay[key] = Math.floor(createdAt / DAY_MS);
  });
  orgs.keys = Uint32Array.from(keys);
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
