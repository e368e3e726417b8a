import { DAY_MS } from '#libs/contracts';
import type { KnownFacts, KnownInvites } from '#libs/facts';
import type { Connection } from '#libs/platform';
import type { ActivityMasks } from './activity-masks.js';
import { InviteeCounts } from './invitee-counts.js';
import { KnownMasks } from './known-masks.js';
import { MASK_DAYS } from './mask-words.js';
import { placeUsers, type ByKey } from './placing.js';
import type { Moment, UserFacts } from './run-facts.js';
import type { RunMemory } from './run-memory.js';

/**
 * The users who exist at T.
 * @param activity of the 90 days up to T, by key
 * @param lastActiveAt unix seconds, by key; those after T are put right
 * @param memory where they are put together, and stay as long as the facts are used
 */
export async function userFacts(
  db: Connection,
  moment: Moment,
  { users, invites }: KnownFacts,
  activity: ActivityMasks,
  lastActiveAt: Uint32Array,
  memory: RunMemory,
): Promise<UserFacts> {
  const exists = users.existingAt(moment.reportTime * 1000);
  const byKey = {
    ...{ exists, ranks: users.ranks(), lastActiveAt },
    ...{ createdAt: users.createdAt, activity },
  };
  await settleLastActive(db, moment, byKey);
  const placed = placeUsers(byKey, memory);
  const inviters = inviteeCounts(moment, invites, activity.size, memory).forKeys(placed.keys);
  return { ...placed, inviters };
}

/**
 * Users active after T were last active, as of T, when their last active day up to T began, or when
 * they were created if that is later. Looks back 90 days at a time; the day of the creation is active.
 */
async function settleLastActive(
  db: Connection,
  { reportTime, day: lastDay }: Moment,
  { exists, lastActiveAt, createdAt, activity: latest }: ByKey,
): Promise<void> {
  let unsettled: number[] = [];
  for (let key = 0; key < lastActiveAt.length; key++)
    if (lastActiveAt[key]! > reportTime && exists.has(key)) unsettled.push(key);
  let [day, activity] = [lastDay, latest];
  while (unsettled.length > 0 && day > -MASK_DAYS) {
    unsettled = unsettled.filter((key) => {
      const age = activity.latestAge(key);
      if (age === undefined) return true;
      const created = Math.floor(createdAt[key]! / 1000);
      lastActiveAt[key] = Math.max((day - age) * (DAY_MS / 1000), created);
      return false;
    });
    day -= MASK_DAYS;
    if (unsettled.length > 0) activity = (await KnownMasks.read(db, day, latest.size)).masks;
  }
}

function inviteeCounts(
  { day, reportTime }: Moment,
  invites: KnownInvites,
  size: number,
  memory: RunMemory,
): InviteeCounts {
  const invitees = new InviteeCounts(size, memory);
  // An invitee counts once in a window, by the latest of the invites.
  invites.latest((day - MASK_DAYS + 1) * DAY_MS, reportTime * 1000, (inviter, latestAt) => {
    invitees.add(inviter, day - Math.floor(latestAt / DAY_MS));
  });
  return invitees;
}
