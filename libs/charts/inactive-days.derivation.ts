import type { Calendar } from '#libs/contracts';
import { DayBlocks, isDistributed, scanMembersOf } from '#libs/facts';
import type { Connection } from '#libs/database';
import { activeDaysOf, judgeDays, memberOf, type MemberToRead } from './member-days.js';
import type { OrgDay } from './org-activity.store.js';
import { knownDays } from './org-activity.store.js';
import { addTo } from './sets.js';

/**
 * How many members of each org are looked at before all of its members are. Of the members of a large org, a few
 * nearly always include one who made it active: of 32 of whom a seventh is active a day, none is in 1 of 140 cases.
 */
const SOME_MEMBERS = [32, 1_024] as const;

/** Of these days of orgs, those on which no member made the org active. */
export async function withoutActiveMember(
  db: Connection,
  calendar: Calendar,
  days: readonly OrgDay[],
): Promise<DayBlocks> {
  const open = new Map<number, Set<number>>();
  for (const { day, org } of days) addTo(open, org, day);
  const inactive = new DayBlocks();
  if (open.size === 0) return inactive;
  // Citus cannot read a number of rows of each org.
  const rounds = (await isDistributed(db)) ? [undefined] : [...SOME_MEMBERS, undefined];
  for (const most of rounds) {
    const whole = await dropActive(db, calendar, open, most);
    for (const org of whole) {
      for (const day of open.get(org)!) inactive.add(day, org);
      open.delete(org);
    }
    if (open.size === 0) break;
  }
  return inactive;
}

/**
 * Drops the days on which one of some members of each org made it active.
 * @param most how many members of each org; undefined for all
 * @returns the orgs of which all members were looked at
 */
async function dropActive(
  db: Connection,
  calendar: Calendar,
  open: Map<number, Set<number>>,
  most: number | undefined,
): Promise<number[]> {
  const members: MemberToRead[] = [];
  const read = new Map<number, number>();
  await scanMembersOf(db, [...open.keys()], most, (user, org, spans) => {
    read.set(org, (read.get(org) ?? 0) + 1);
    members.push({ member: memberOf(user, org, spans, calendar), days: open.get(org)! });
  });
  const found = await activeDaysOf(db, members, await knownDays(db));
  await judgeDays(db, found, ({ day, member: { org } }, isActive) => {
    if (isActive) open.get(org)!.delete(day);
  });
  for (const [org, days] of open) if (days.size === 0) open.delete(org);
  return [...open.keys()].filter((org) => most === undefined || (read.get(org) ?? 0) < most);
}
