import { endOfSecond } from '#libs/contracts';
import type { Excluded, FactReplica } from '#libs/facts';
import { ActivityBitmaps } from './activity-bitmaps.js';
import { perWindow, secondsOf, type WindowCounts } from './columns.js';
import { ACTIVE_USER_COUNTS } from './active-users.js';
import { daysOfChampion, hasChampionStayed } from './champions.js';
import { ACTIVE_USERS, ADDED, CHAMPION, MEMBERS, REMOVED, ROW, USER_DAYS } from './org-tallies.js';
import type { NamedActivity } from './named-activity.js';
import type { OrgThread } from './org-thread.js';
import type { Moment, OrgFacts } from './run-facts.js';
import type { ScratchBuffers } from './scratch-buffers.js';

/**
 * The orgs that exist at T and are not excluded.
 * @param userActivity the 90 days up to T, by user key: orgs are active through their members
 * @param named the activity of the same days that names an org
 * @param openSpans receives the number of open spans by user key; initially zero
 */
export async function orgFacts(
  moment: Moment,
  { users, orgs, memberships }: FactReplica,
  excluded: Excluded,
  userActivity: ActivityBitmaps,
  named: NamedActivity | undefined,
  thread: Pick<OrgThread, 'tally'>,
  memory: ScratchBuffers,
  openSpans: Uint32Array,
): Promise<Omit<OrgFacts, 'lostOwners'>> {
  // Orgs without a row are in no report.
  const rows = memory.allocateShared('orgs', orgs.size * ROW);
  const { columns: spans, length: count } = memberships;
  const activity = userActivity.words;
  const isAny = !excluded.users.isEmpty || !excluded.orgs.isEmpty;
  const ignored = isAny ? { users: excluded.users.words, orgs: excluded.orgs.words } : undefined;
  const { day, reportTime } = moment;
  const ranks = users.ranks();
  const until = endOfSecond(reportTime);
  await thread.tally({
    day,
    until,
    spans,
    count,
    activity,
    named,
    ignored,
    ranks,
    rows,
    openSpans,
  });
  const existing = orgs.existingAt(until);
  const keys = orgs.inOrder(existing.without(excluded.orgs));
  const column = (field: number) => {
    const values = new Uint32Array(keys.length);
    for (let position = 0; position < keys.length; position++) {
      values[position] = rows[keys[position]! * ROW + field]!;
    }
    return values;
  };
  const windows = (first: number): WindowCounts => {
    return perWindow((_, index) => column(first + index));
  };
  const championStates = column(CHAMPION + 1);
  return {
    keys,
    createdAt: secondsOf(keys, orgs.createdAt),
    activity: ActivityBitmaps.ofRows(rows, ROW, keys),
    members: column(MEMBERS),
    added: windows(ADDED),
    removed: windows(REMOVED),
    activeUsers: Object.fromEntries(
      ACTIVE_USER_COUNTS.map((window, index) => [window, column(ACTIVE_USERS + index)]),
    ) as OrgFacts['activeUsers'],
    userDays: column(USER_DAYS),
    champions: {
      users: column(CHAMPION),
      days: championStates.map(daysOfChampion),
      stayed: championStates.map(hasChampionStayed),
    },
  };
}
