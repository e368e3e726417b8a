import { DAY_MS, endOfSecond, unixSeconds, type Calendar } from '#libs/contracts';
import type { Excluded, FactReplica, InviteReplica } from '#libs/facts';
import type { Connection } from '#libs/database';
import type { ActivityBitmaps } from '../engine/activity-bitmaps.js';
import { sizeFor } from '../engine/columns.js';
import { InviteeCounts } from '../engine/invitee-counts.js';
import { readUserActivity } from './activity-replica.js';
import { BITMAP_DAYS } from '../engine/bitmap-words.js';
import { beginSort, sortPart, type ByKey } from '../engine/sort-users.js';
import type { Moment, UserFacts } from '../engine/run-facts.js';
import type { ScratchBuffers } from '../engine/scratch-buffers.js';
import type { RunThreads } from './tasks.js';

/**
 * The users who exist at T and are not excluded.
 * @param activity the 90 days up to T, by key
 * @param lastActiveAt unix seconds, by key; values after T are corrected
 * @param memory contains the result; do not rewind it while the facts are used
 */
export async function userFacts(
  db: Connection,
  calendar: Calendar,
  moment: Moment,
  { users, invites }: FactReplica,
  excluded: Excluded,
  activity: ActivityBitmaps,
  lastActiveAt: Uint32Array,
  memory: ScratchBuffers,
  threads: RunThreads,
): Promise<Omit<UserFacts, 'openSpans'>> {
  const exists = users.existingAt(endOfSecond(moment.reportTime)).without(excluded.users);
  const byKey = {
    ...{ exists, ranks: users.ranks(), lastActiveAt },
    ...{ createdAt: users.createdAt, activity },
  };
  await settleLastActive(db, calendar, moment, byKey);
  const sorted = await sortUsers(byKey, memory, threads);
  const inviters = inviteeCounts(moment, invites, excluded, activity.size, memory).forKeys(
    sorted.keys,
  );
  const keysById = users.inOrder(exists, memory.allocate(users.count));
  return { ...sorted, size: sizeFor(sorted.keys), inviters, keysById };
}

/**
 * Corrects the last activity of users who were active after T: it is the start of their last active day up to T, or
 * their creation if that is later. Looks back 90 days at a time; the day of the creation is an active day.
 */
async function settleLastActive(
  db: Connection,
  calendar: Calendar,
  { reportTime, day: lastDay }: Moment,
  { exists, lastActiveAt, createdAt, activity: latest }: ByKey,
): Promise<void> {
  let unsettled: number[] = [];
  for (let key = 0; key < lastActiveAt.length; key++)
    if (lastActiveAt[key]! > reportTime && exists.has(key)) unsettled.push(key);
  let [day, activity] = [lastDay, latest];
  while (unsettled.length > 0 && day > -BITMAP_DAYS) {
    unsettled = unsettled.filter((key) => {
      const age = activity.latestAge(key);
      if (age === undefined) return true;
      const created = unixSeconds(createdAt[key]!);
      const start = calendar.startOf((day - age) * DAY_MS);
      lastActiveAt[key] = Math.max(unixSeconds(start), created);
      return false;
    });
    day -= BITMAP_DAYS;
    if (unsettled.length > 0) {
      activity = await readUserActivity(db, calendar, day, latest.size);
    }
  }
}

/** Tasks per thread: threads that are late take fewer. */
const PARTS_A_THREAD = 2;

async function sortUsers(users: ByKey, memory: ScratchBuffers, threads: RunThreads) {
  const count = threads.count === 1 ? 1 : threads.count * PARTS_A_THREAD;
  const { sorted, parts } = beginSort(users, memory, count);
  const tasks = parts.map((input) =>
    threads.add({ kind: 'sort', input }, () => sortPart(input, memory)),
  );
  await threads.all(tasks);
  return sorted;
}

function inviteeCounts(
  { day, reportTime }: Moment,
  invites: InviteReplica,
  { orgs }: Excluded,
  size: number,
  memory: ScratchBuffers,
): InviteeCounts {
  const invitees = new InviteeCounts(size, memory);
  // An invitee counts once per window, by the last day of an invite.
  invites.lastDays(day - BITMAP_DAYS + 1, endOfSecond(reportTime), orgs, (inviter, lastDay) => {
    invitees.add(inviter, day - lastDay);
  });
  return invitees;
}
