import fc from 'fast-check';
import type { WireEvent } from './events.js';
import { historyArb } from './histories.js';
import { ORGS, ROLES, USERS } from './pools.js';
import { DAY_MS } from './time.js';

interface Member {
  user: string;
  role: string | undefined;
  /** Days ago, 1 and more. */
  days: number[];
  /** How the membership ends, and how many days ago. */
  end: readonly [type: string, ago: number] | undefined;
}

interface Team {
  org: string;
  members: Member[];
}

const daysBetween = (min: number, max: number, minLength: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength, maxLength });

const ENDS = ['user.removed_from_org', 'user.role_changed_within_org', 'user.deleted'] as const;

const memberArb = (user: string): fc.Arbitrary<Member> =>
  fc.record({
    user: fc.constant(user),
    role: fc.constantFrom('Owner', undefined, ...ROLES),
    days: fc
      .tuple(
        daysBetween(14, 62, 3, 9),
        fc.oneof(fc.constant([]), fc.constant([]), daysBetween(1, 16, 1, 3)),
      )
      .map(([early, late]) => [...new Set([...early, ...late])]),
    end: fc.option(fc.tuple(fc.constantFrom(...ENDS), fc.integer({ min: 1, max: 34 })), {
      freq: 2,
      nil: undefined,
    }),
  });

const teamArb: fc.Arbitrary<Team> = fc.record({
  org: fc.constantFrom(...ORGS),
  members: fc
    .subarray([...USERS], { minLength: 3, maxLength: 5 })
    .chain((users) => fc.tuple(...users.map(memberArb))),
});

/**
 * Random histories with one or two teams in them: users of one org who are often active and then less so, and owners
 * who leave. So health, slipping, lost champions and lost owners have rows.
 */
export function teamHistoryArb(options: {
  today: string;
  maxEvents: number;
}): fc.Arbitrary<WireEvent[]> {
  const todayMs = Date.parse(`${options.today}T00:00:00.000Z`);
  return fc
    .tuple(historyArb(options), fc.array(teamArb, { minLength: 1, maxLength: 2 }))
    .map(([history, teams]) => [
      ...history,
      ...teams.flatMap((team, index) => eventsOf(team, `team ${index}`, todayMs)),
    ]);
}

function eventsOf({ org, members }: Team, name: string, todayMs: number): WireEvent[] {
  const events: WireEvent[] = [];
  const add = (type: string, daysAgo: number, data: Record<string, unknown>) => {
    const time = new Date(todayMs - daysAgo * DAY_MS + 43_200_000).toISOString();
    events.push({ id: `${name}.${events.length}`, source: 'teams', type, time, data });
  };
  add('org.created', 100, { org_id: org, name: 'A team' });
  for (const { user, role, days, end } of members) {
    const pair = { user_id: user, org_id: org };
    add('user.created', 99, { user_id: user });
    add('user.added_to_org', 98, { ...pair, ...(role !== undefined && { role }) });
    for (const [i, day] of days.entries()) {
      add('user.active', day, i % 5 === 4 ? pair : { user_id: user });
    }
    if (!end) continue;
    const [type, ago] = end;
    const isRole = type === 'user.role_changed_within_org';
    add(
      type,
      ago,
      type === 'user.deleted' ? { user_id: user } : { ...pair, ...(isRole && { role: 'Admin' }) },
    );
  }
  return events;
}
