import { NEVER, type KnownFacts } from '#libs/facts';
import { secondsOf } from './columns.js';
import { OrgTallies } from './org-tallies.js';
import type { ActivityMasks } from './activity-masks.js';
import type { Moment, OrgFacts } from './run-facts.js';

/**
 * The orgs that exist at T.
 * @param userActivity of the 90 days up to T, by the users' keys: orgs are active by their members
 */
export function orgFacts(
  { reportTime, day }: Moment,
  { orgs, memberships }: KnownFacts,
  userActivity: ActivityMasks,
): OrgFacts {
  // Orgs that have no row are in no report.
  const tallies = new OrgTallies(orgs.size);
  memberships.asOf(reportTime * 1000, (user, org, from, to, addedOn) => {
    if (addedOn !== NEVER) tallies.countAdded(org, day - addedOn);
    if (to === NEVER) tallies.countMember(org);
    else tallies.countRemoved(org, day - to);
    // Both days of a span count whole; an open one reaches to the day of the report.
    tallies.markAs(org, userActivity, user, Math.max(day - to, 0), day - from + 1);
  });
  const keys = orgs.inOrder(orgs.existingAt(reportTime * 1000));
  return { keys, createdAt: secondsOf(keys, orgs.createdAt), ...tallies.forKeys(keys) };
}
