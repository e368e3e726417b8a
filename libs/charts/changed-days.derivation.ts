import type { Calendar } from '#libs/contracts';
import {
  DayBlocks,
  changedFrom,
  scanMembershipsOf,
  scanPairsOfOrgs,
  scanPairsOfUsers,
} from '#libs/facts';
import type { Connection } from '#libs/database';
import type { Changes } from './changes.store.js';
import { earliestDayFrom } from './day-of-span.js';
import { withoutActiveMember } from './inactive-days.derivation.js';
import {
  activeDaysOf,
  isMemberOn,
  judgeDays,
  memberOf,
  type MemberDay,
  type MemberToRead,
} from './member-days.js';
import { activeAmong, addOrgActivity, clearOrgActivity, knownDays } from './org-activity.store.js';
import { addTo } from './sets.js';

/** Users at a time, so that their memberships fit in memory. */
const USERS_AT_ONCE = 100_000;

/**
 * Derives the days of orgs that some changes affect, in time proportional to the changes: it reads the memberships of the
 * changed users, and their activity on the days that can differ. A member who made the org active sets its day. A day on
 * which a changed member did not is cleared unless another member made the org active.
 */
export async function deriveChangedDays(
  db: Connection,
  calendar: Calendar,
  changes: Changes,
): Promise<void> {
  const { activeDays, pairs, users: changed, orgs } = changes;
  await scanPairsOfUsers(db, [...changed.keys()], (user, org) =>
    pairs.add(user, org, changed.get(user)!),
  );
  await scanPairsOfOrgs(db, [...orgs.keys()], (user, org) => pairs.add(user, org, orgs.get(org)!));
  const active = new DayBlocks();
  const uncertain = new Map<number, Set<number>>();
  // In the order of blocks, so that few blocks are read twice.
  const users = [...new Set([...activeDays.keys(), ...pairs.users])].sort((a, b) => a - b);
  for (let at = 0; at < users.length; at += USERS_AT_ONCE) {
    const found = await changedDays(db, calendar, changes, users.slice(at, at + USERS_AT_ONCE));
    await judgeDays(db, found, ({ day, member: { org } }, isActive) => {
      if (isActive) active.add(day, org);
      else addTo(uncertain, org, day);
    });
  }
  await addOrgActivity(db, active);
  const stored = await activeAmong(db, without(active, uncertain));
  await clearOrgActivity(db, await withoutActiveMember(db, calendar, stored));
}

/** The days of some users' memberships on which the org's activity may have changed. The user was active on each. */
async function changedDays(
  db: Connection,
  calendar: Calendar,
  { activeDays, pairs }: Changes,
  users: readonly number[],
): Promise<MemberDay[]> {
  const found: MemberDay[] = [];
  const changed: MemberToRead[] = [];
  const seen = new Map<number, Set<number>>();
  await scanMembershipsOf(db, users, (user, org, spans, steps) => {
    const member = memberOf(user, org, spans, calendar);
    for (const day of activeDays.get(user) ?? []) {
      if (isMemberOn(member, day)) found.push({ day, member });
    }
    const since = pairs.of(user).get(org);
    if (since === undefined) return;
    addTo(seen, user, org);
    changed.push({ member, days: { from: earliestDayFrom(changedFrom(steps, since), calendar) } });
  });
  // The memberships of excluded users do not count.
  for (const user of users) {
    for (const [org, since] of pairs.of(user)) {
      if (seen.get(user)?.has(org)) continue;
      const member = memberOf(user, org, [], calendar);
      changed.push({ member, days: { from: earliestDayFrom(since, calendar) } });
    }
  }
  return found.concat(await activeDaysOf(db, changed, await knownDays(db)));
}

/** @param uncertain days by org */
function without(
  active: DayBlocks,
  uncertain: ReadonlyMap<number, ReadonlySet<number>>,
): { day: number; org: number }[] {
  const left: { day: number; org: number }[] = [];
  for (const [org, days] of uncertain) {
    for (const day of days) if (!active.has(day, org)) left.push({ day, org });
  }
  return left;
}
