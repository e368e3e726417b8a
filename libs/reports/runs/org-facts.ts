import { NEVER, type KnownFacts, type Spans } from '#libs/facts';
import { ActivityMasks } from './activity-masks.js';
import { countInWindows, countsOf, secondsOf, valuesOf, windowCounts } from './columns.js';
import type { Moment, OrgFacts } from './run-facts.js';

/**
 * The orgs that exist at T.
 * @param userActivity of the 90 days up to T, by the users' keys: orgs are active by their members
 */
export function orgFacts(
  moment: Moment,
  { orgs, memberships }: KnownFacts,
  userActivity: ActivityMasks,
): OrgFacts {
  const keys = orgs.existingAt(moment.reportTime * 1000);
  const byKey = membersOf(memberships, moment, orgs.size, userActivity);
  return {
    keys,
    createdAt: secondsOf(keys, orgs.createdAt),
    activity: byKey.activity.forKeys(keys),
    members: valuesOf(keys, byKey.members),
    added: countsOf(keys, byKey.added),
    removed: countsOf(keys, byKey.removed),
  };
}

/** @param size one more than the highest key of an org that has a row; others are in no report */
function membersOf(memberships: Spans, moment: Moment, size: number, userActivity: ActivityMasks) {
  const activity = ActivityMasks.none(size);
  const members = new Uint32Array(size);
  const [added, removed] = [windowCounts(size), windowCounts(size)];
  const { day } = moment;
  memberships.asOf(moment.reportTime * 1000, (user, org, from, to, addedOn) => {
    if (addedOn !== NEVER) countInWindows(added, org, day - addedOn);
    if (to === NEVER) members[org]!++;
    else countInWindows(removed, org, day - to);
    // Both days of a span count whole; an open one reaches to the day of the report.
    activity.markAs(org, userActivity, user, Math.max(day - to, 0), day - from + 1);
  });
  return { activity, members, added, removed };
}
