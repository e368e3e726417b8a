import { DAY_MS } from '#libs/contracts';
import type { KnownFacts, Spans } from '#libs/facts';
import { ActivityMasks } from './activity-masks.js';
import { countInWindows, countsOf, valuesOf, windowCounts } from './columns.js';
import { daysOf, secondsOf } from './places.js';
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
  const createdAt = secondsOf(keys, orgs.createdAt);
  return {
    keys,
    createdAt,
    createdDay: daysOf(createdAt),
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
  const ageOf = (ms: number) => moment.day - Math.floor(ms / DAY_MS);
  memberships.asOf(moment.reportTime * 1000, (user, org, from, to, addedAt) => {
    if (!Number.isNaN(addedAt)) countInWindows(added, org, ageOf(addedAt));
    if (to === Infinity) members[org]!++;
    else countInWindows(removed, org, ageOf(to));
    // Both days of a span count whole; an open one reaches to the day of the report.
    activity.markAs(org, userActivity, user, Math.max(ageOf(to), 0), ageOf(from) + 1);
  });
  return { activity, members, added, removed };
}
