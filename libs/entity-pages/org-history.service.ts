import { Inject, Injectable } from '@nestjs/common';
import { periodsBetween } from '#libs/charts';
import {
  Calendar,
  DAY_MS,
  endOfSecond,
  formatDay,
  unixSeconds,
  type OrgActivity,
} from '#libs/contracts';
import {
  inOrderOfIds,
  lastActiveByKey,
  profilesOf,
  type DayRange,
  type KnownOrg,
} from '#libs/facts';
import { Clock, SETTINGS, Turns, type Settings } from '#libs/platform';
import { Database } from '#libs/database';
import {
  contactsAmong,
  latestMoves,
  membersAt,
  mostActive,
  type Move,
  type PresentMember,
} from './members.js';
import { OrgMembersCache } from './org-members-cache.service.js';
import type { OrgMembersList } from './org-members-list.js';
import { daysInOrg, latestDays, membersIn } from './story/days-in-org.js';
import { orgStory } from './story/org-story.js';

/** Histories computed at a time, and that wait. Each takes memory for all members that the org ever had. */
const [AT_ONCE, MAX_WAITING] = [2, 50];
const WEEKS = 52;
const MOST_MOVES = 50;
const MOST_ACTIVE = 20;
const MOST_CONTACTS = 3;

type Profiles = Awaited<ReturnType<typeof profilesOf>>;

/** The members, the activity and the health of one org over time. Computed from facts, not from kept runs. */
@Injectable()
export class OrgHistoryService {
  private readonly turns = new Turns(AT_ONCE, MAX_WAITING, 'pages of organizations');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
    private readonly memberLists: OrgMembersCache,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'HEALTH_WEIGHTS'>,
  ) {}

  /** @throws ApiError `unavailable` when too many histories wait */
  of(org: KnownOrg, list: OrgMembersList): Promise<OrgActivity> {
    return this.turns.take(() => this.compute(org, list));
  }

  private async compute(org: KnownOrg, list: OrgMembersList): Promise<OrgActivity> {
    const { members, keys, present } = list;
    const { calendar } = this;
    const now = this.clock.now();
    const today = calendar.dayOf(now);
    const weeks = lastWeeks(today, calendar);
    const range = { from: weeks[0]!.from, before: weeks.at(-1)!.before };
    const days = await this.memberLists.daysOf(list, { range, today });
    const lastActive = await this.database.transaction((db) => lastActiveByKey(db, keys));
    const inOrg = daysInOrg(days, members, calendar, today);
    const inOrder = (some: number[]) => inOrderOfIds(this.database.pool, some);
    const story = await orgStory(
      { createdAt: org.createdAt * 1000, members, days, inOrg },
      now,
      { calendar, weights: this.settings.HEALTH_WEIGHTS },
      inOrder,
    );
    const seen = { members, lastActive };
    const latest = latestDays(inOrg);
    const daysOf = (position: number) => latest.of(position);
    const active = await mostActive(seen, present, daysOf, MOST_ACTIVE, inOrder);
    const contacts = await contactsAmong(seen, present, MOST_CONTACTS, inOrder);
    const joined = await latestMoves(members, 'addition', MOST_MOVES, inOrder);
    const left = await latestMoves(members, 'removal', MOST_MOVES, inOrder);
    const shown = [...active, ...contacts, ...joined, ...left].map(({ userKey }) => userKey);
    const profiles = await profilesOf(this.database.pool, shown);
    return {
      ...story,
      contacts: memberViews(contacts, profiles, ({ lastActiveAt }) => ({
        last_active_at: lastActiveAt,
      })),
      members_over_time: this.membersOverTime(members, weeks),
      active_by_week: weeks.map(({ from, before }) => ({
        date: formatDay(from),
        active_users: membersIn(inOrg, (today - before) / DAY_MS + 1, (today - from) / DAY_MS),
      })),
      joined: moveViews(joined, profiles),
      left: moveViews(left, profiles),
      most_active: memberViews(active, profiles, ({ position }) => ({
        num_active_days: latest.of(position),
      })),
    };
  }

  /** As in a report for the end of each week's last day. */
  private membersOverTime(
    members: OrgMembersList['members'],
    weeks: readonly DayRange[],
  ): OrgActivity['members_over_time'] {
    const ends = weeks.map(({ before }) =>
      endOfSecond(unixSeconds(this.calendar.lastSecondOf(before - DAY_MS))),
    );
    const counts = membersAt(members, ends);
    return weeks.map(({ from }, index) => ({ date: formatDay(from), num_users: counts[index]! }));
  }
}

/** The last weeks up to the week that contains a day. */
function lastWeeks(today: number, calendar: Calendar): DayRange[] {
  return periodsBetween('Weekly', today - (WEEKS - 1) * 7 * DAY_MS, today, calendar)!;
}

function memberViews<T>(
  members: readonly PresentMember[],
  profiles: Profiles,
  valuesOf: (member: PresentMember) => T,
) {
  return members.flatMap((member) => {
    const profile = profiles.get(member.userKey);
    return profile ? [{ ...profile, role: member.span.role, ...valuesOf(member) }] : [];
  });
}

function moveViews(moves: readonly Move[], profiles: Profiles): OrgActivity['joined'] {
  return moves.flatMap(({ userKey, at }) => {
    const profile = profiles.get(userKey);
    return profile ? [{ ...profile, at: unixSeconds(at) }] : [];
  });
}
