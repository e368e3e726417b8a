import { endOfSecond } from '#libs/contracts';
import type { Excluded, FactReplica } from '#libs/facts';
import { ActivityBitmaps } from './activity-bitmaps.js';
import { perWindow, secondsOf, sizeFor, type WindowCounts } from './columns.js';
import { ACTIVE_USER_COUNTS } from './active-users.js';
import { daysOfChampion, hasChampionStayed } from './champions.js';
import {
  ACTIVE_USERS,
  ADDED,
  CHAMPION,
  MEMBERS,
  REMOVED,
  ROW,
  USER_DAYS,
  type Tallying,
} from './org-tallies.js';
import type { NamedActivity } from './named-activity.js';
import type { Moment, OrgFacts } from './run-facts.js';
import type { ScratchBuffers } from './scratch-buffers.js';

/**
 * The input of a tally of all orgs.
 * @param userActivity the 90 days up to T, by user key: orgs are active through their members
 * @param named the activity of the same days that names an org
 * @param memory receives the rows
 * @param openSpans receives the number of open spans by user key; initially zero
 */
export function tallyingOf(
  { day, reportTime }: Moment,
  { users, orgs, memberships }: FactReplica,
  excluded: Excluded,
  userActivity: ActivityBitmaps,
  named: NamedActivity | undefined,
  memory: ScratchBuffers,
  openSpans: Uint32Array,
): Tallying {
  const isAny = !excluded.users.isEmpty || !excluded.orgs.isEmpty;
  return {
    ...{ day, until: endOfSecond(reportTime), activity: userActivity.words, named, openSpans },
    ...{ spans: memberships.columns, count: memberships.length, ranks: users.ranks() },
    ignored: isAny ? { users: excluded.users.words, orgs: excluded.orgs.words } : undefined,
    // Orgs without a row are in no report.
    rows: memory.allocate(orgs.size * ROW).fill(0),
  };
}

/**
 * The orgs that exist at T and are not excluded.
 * @param rows the result of the tally
 * @param memory receives the columns
 */
export function orgFacts(
  { reportTime }: Moment,
  { orgs }: FactReplica,
  excluded: Excluded,
  rows: Uint32Array,
  memory: ScratchBuffers,
): Omit<OrgFacts, 'lostOwners' | 'health'> {
  const until = endOfSecond(reportTime);
  const existing = orgs.existingAt(until);
  const keys = orgs.inOrder(existing.without(excluded.orgs), memory.allocate(orgs.count));
  const column = (field: number) => {
    const values = memory.allocate(keys.length);
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
    size: sizeFor(keys),
    createdAt: secondsOf(keys, orgs.createdAt, memory.allocate(keys.length)),
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
      days: mapped(championStates, daysOfChampion, memory),
      stayed: mapped(championStates, hasChampionStayed, memory),
    },
  };
}

function mapped(
  values: Uint32Array,
  of: (value: number) => number,
  memory: ScratchBuffers,
): Uint32Array {
  const made = memory.allocate(values.length);
  for (let position = 0; position < values.length; position++)
    made[position] = of(values[position]!);
  return made;
}
