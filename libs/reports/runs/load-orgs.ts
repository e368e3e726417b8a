import { DAY_MS } from '#libs/contracts';
import { scanMemberships, scanOrgOrder, scanOrgs, type Membership } from '#libs/facts';
import type { Connection } from '#libs/platform';
import { ActivityMasks } from './activity-masks.js';
import { countInWindows, countsOf, valuesOf, windowCounts } from './columns.js';
import { daysOf, existingKeys } from './places.js';
import type { Moment, OrgFacts } from './run-facts.js';

/**
 * Reads the orgs that exist at T.
 * @param size one more than the highest key
 * @param userActivity of the 90 days up to T, by the users' keys: orgs are active by their members
 */
export async function loadOrgs(
  db: Connection,
  moment: Moment,
  size: number,
  userActivity: Promise<ActivityMasks>,
): Promise<OrgFacts> {
  const createdAt = new Uint32Array(size);
  const exists = new Uint8Array(size);
  const t = moment.reportTime * 1000;
  await scanOrgs(db, (key, created, deleted) => {
    if (!(created <= t) || deleted <= t) return;
    exists[key] = 1;
    createdAt[key] = Math.floor(created / 1000);
  });
  const keys = await existingKeys((onKey) => scanOrgOrder(db, onKey), exists);
  const byKey = await loadMembers(db, moment, size, await userActivity);
  const created = valuesOf(keys, createdAt);
  return {
    keys,
    createdAt: created,
    createdDay: daysOf(created),
    activity: byKey.activity.forKeys(keys),
    members: valuesOf(keys, byKey.members),
    added: countsOf(keys, byKey.added),
    removed: countsOf(keys, byKey.removed),
  };
}

async function loadMembers(
  db: Connection,
  moment: Moment,
  size: number,
  userActivity: ActivityMasks,
) {
  const activity = ActivityMasks.none(size);
  const members = new Uint32Array(size);
  const [added, removed] = [windowCounts(size), windowCounts(size)];
  const ageOf = (ms: number) => moment.day - Math.floor(ms / DAY_MS);
  const addPair = (user: number, org: number, { spans, additions, removals }: Membership) => {
    for (const at of additions) countInWindows(added, org, ageOf(at));
    for (const at of removals) countInWindows(removed, org, ageOf(at));
    if (spans.at(-1)?.to === Infinity) members[org]!++;
    for (const { from, to } of spans) {
      // Both days of a span count whole; an open one reaches to the day of the report.
      activity.markAs(org, userActivity, user, Math.max(ageOf(to), 0), ageOf(from) + 1);
    }
  };
  await scanMemberships(db, moment.reportTime * 1000, addPair);
  return { activity, members, added, removed };
}
