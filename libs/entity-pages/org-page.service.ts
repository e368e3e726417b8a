import { Injectable } from '@nestjs/common';
import { periodsBetween } from '#libs/charts';
import {
  ApiError,
  Calendar,
  DAY_MS,
  endOfSecond,
  formatDay,
  unixSeconds,
  type OrgActivity,
  type OrgPage,
  type CountedOrgProfile,
  type ExcludedOrg,
  type OrgProfile,
} from '#libs/contracts';
import {
  ActivityFold,
  countOrgMembers,
  findOrg,
  profilesOf,
  traitsOf,
  type DayRange,
  type KnownOrg,
} from '#libs/facts';
import { ReportPositionsService } from '#libs/reports';
import { Clock } from '#libs/platform';
import { Database } from '#libs/database';
import { memberActivity } from './member-activity.js';
import { latestMoves, membersAt, mostActive, type Move } from './members.js';
import { OrgMembersCache, type OrgMembersList } from './org-members-cache.service.js';

const WEEKS = 52;
const LATEST_DAYS = 30;
const MOST_MOVES = 50;
const MOST_ACTIVE = 20;

type Profiles = Awaited<ReturnType<typeof profilesOf>>;

/** Reads the page of one org. */
@Injectable()
export class OrgPageService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly positions: ReportPositionsService,
    private readonly memberLists: OrgMembersCache,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
  ) {}

  /** The whole page. @throws ApiError `not_found` when the org does not exist or was deleted */
  async page(orgId: string): Promise<OrgPage> {
    const known = await this.find(orgId);
    if (known.isExcluded) return this.excluded(known);
    await this.activity.foldUnlessReadOnly();
    return this.memberLists.reading(orgId, async (org, list) => {
      const [activity, profile] = await Promise.all([
        this.activityOf(org, list),
        this.profileOf(org),
      ]);
      return { ...profile, ...activity };
    });
  }

  /** The parts that are fast for any number of members. @throws ApiError `not_found` */
  async profile(orgId: string): Promise<OrgProfile> {
    const org = await this.find(orgId);
    return org.isExcluded ? this.excluded(org) : this.profileOf(org);
  }

  /** The parts that are slower with more members. @throws ApiError `not_found` */
  async members(orgId: string): Promise<OrgActivity> {
    await this.activity.foldUnlessReadOnly();
    return this.memberLists.reading(orgId, (org, list) => this.activityOf(org, list));
  }

  private async find(orgId: string): Promise<KnownOrg> {
    const org = await findOrg(this.database.pool, orgId);
    if (!org) throw new ApiError('not_found', 'No organization with this id is known.');
    return org;
  }

  private async excluded(org: KnownOrg): Promise<ExcludedOrg> {
    return {
      excluded: true,
      org: orgView(org),
      traits: await traitsOf(this.database.pool, 'org', org.key),
    };
  }

  private async profileOf(org: KnownOrg): Promise<CountedOrgProfile> {
    const [numUsers, traits, positions] = await Promise.all([
      this.database.transaction((db) => countOrgMembers(db, org.key)),
      traitsOf(this.database.pool, 'org', org.key),
      this.positions.of('org', org.key),
    ]);
    return {
      excluded: false,
      org: orgView(org),
      num_users: numUsers,
      health: null,
      traits,
      ...positions,
    };
  }

  private async activityOf(
    { key }: KnownOrg,
    { members, present }: OrgMembersList,
  ): Promise<OrgActivity> {
    const { calendar } = this;
    const today = calendar.dayOf(this.clock.now());
    const weeks = lastWeeks(today, calendar);
    const range = { from: weeks[0]!.from, before: weeks.at(-1)!.before };
    const latest = { from: today - (LATEST_DAYS - 1) * DAY_MS, before: today + DAY_MS };
    const { activeByWeek, latestDays } = await this.database.transaction((db) =>
      memberActivity(db, calendar, key, members, range, latest),
    );
    const active = mostActive(present, latestDays, MOST_ACTIVE);
    const joined = latestMoves(members, 'addition', MOST_MOVES);
    const left = latestMoves(members, 'removal', MOST_MOVES);
    const shown = [...active, ...joined, ...left].map(({ userKey }) => userKey);
    const profiles = await profilesOf(this.database.pool, shown);
    return {
      health_over_time: [],
      list_changes: [],
      contacts: [],
      // As in a report for the end of the week's last day.
      members_over_time: weeks.map(({ from, before }) => ({
        date: formatDay(from),
        num_users: membersAt(
          members,
          endOfSecond(unixSeconds(calendar.lastSecondOf(before - DAY_MS))),
        ),
      })),
      active_by_week: weeks.map(({ from }, index) => ({
        date: formatDay(from),
        active_users: activeByWeek[index]!,
      })),
      joined: moveViews(joined, profiles),
      left: moveViews(left, profiles),
      most_active: active.flatMap(({ userKey, span, position }) => {
        const profile = profiles.get(userKey);
        if (!profile) return [];
        return [{ ...profile, role: span.role, num_active_days: latestDays[position]! }];
      }),
    };
  }
}

function orgView({ orgId, name, createdAt }: KnownOrg): ExcludedOrg['org'] {
  return { org_id: orgId, name, created_at: createdAt };
}

/** The last weeks up to the week that contains a day. */
function lastWeeks(today: number, calendar: Calendar): DayRange[] {
  return periodsBetween('Weekly', today - (WEEKS - 1) * 7 * DAY_MS, today, calendar)!;
}

function moveViews(moves: readonly Move[], profiles: Profiles): OrgActivity['joined'] {
  return moves.flatMap(({ userKey, at }) => {
    const profile = profiles.get(userKey);
    return profile ? [{ ...profile, at: unixSeconds(at) }] : [];
  });
}
