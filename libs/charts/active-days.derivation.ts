import { DAY_MS, type Calendar } from '#libs/contracts';
import { DayBlocks, NamedDays, NamedPairs, partsOf, scanMembershipsOf } from '#libs/facts';
import type { Connection } from '#libs/database';
import { dayOf } from './day-of-span.js';
import { addOrgActivity } from './org-activity.store.js';

/** A day of a membership on which the user is newly active; days are the first millisecond of the same date in UTC. */
interface ActiveDay {
  day: number;
  user: number;
  org: number;
}

/**
 * Marks the orgs that some users made active on some days. Reads the memberships of these users alone: deriving all
 * their orgs again reads nearly all memberships of a store, because some of the users are in large orgs.
 * @param activeUsers newly active users, by day
 * @returns by day, the orgs that may not be active any more, because a user of theirs has named another org
 */
export async function addActiveDays(
  db: Connection,
  calendar: Calendar,
  activeUsers: ReadonlyMap<number, ReadonlySet<number>>,
): Promise<Map<number, Set<number>>> {
  const uncertain = new Map<number, Set<number>>();
  if (activeUsers.size === 0) return uncertain;
  const found = await activeDays(db, calendar, activeUsers);
  const pairs = await NamedPairs.of(db, [...new Set(found.map(({ user }) => user))]);
  const days = [...activeUsers.keys()];
  const range = { from: Math.min(...days), before: Math.max(...days) + DAY_MS };
  const active = new DayBlocks();
  for (const part of partsOf(range, 0, pairs)) {
    const named = await NamedDays.read(db, part, pairs);
    for (const { day, user, org } of found) {
      if (day < part.from || day >= part.before) continue;
      if (!named.hasNamed(day, user) || named.isNamed(day, pairs.keyOf(user, org))) {
        active.add(day, org);
      } else {
        uncertain.set(day, (uncertain.get(day) ?? new Set()).add(org));
      }
    }
  }
  await addOrgActivity(db, active);
  return uncertain;
}

async function activeDays(
  db: Connection,
  calendar: Calendar,
  activeUsers: ReadonlyMap<number, ReadonlySet<number>>,
): Promise<ActiveDay[]> {
  const daysOf = new Map<number, number[]>();
  for (const [day, users] of activeUsers) {
    for (const user of users) {
      const days = daysOf.get(user);
      if (days) days.push(day);
      else daysOf.set(user, [day]);
    }
  }
  const found: ActiveDay[] = [];
  await scanMembershipsOf(db, [...daysOf.keys()], (user, org, spans) => {
    for (const day of daysOf.get(user)!) {
      const date = day / DAY_MS;
      const isMember = spans.some(
        ({ from, to }) => dayOf(from, calendar) <= date && dayOf(to, calendar) >= date,
      );
      if (isMember) found.push({ day, user, org });
    }
  });
  return found;
}
