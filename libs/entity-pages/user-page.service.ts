import { Injectable } from '@nestjs/common';
import {
  ApiError,
  Calendar,
  DAY_MS,
  formatDay,
  type CountedUser,
  type UserPage,
} from '#libs/contracts';
import {
  ActivityFold,
  activeDaysOf,
  findUser,
  invitesOf,
  lastActiveOf,
  namedDaysOf,
  orgsOfUser,
  traitsOf,
  type KnownUser,
} from '#libs/facts';
import { ReportPositionsService } from '#libs/reports';
import { Clock } from '#libs/platform';
import { Database } from '#libs/database';
import { sinceOf } from './views.js';

const ACTIVITY_DAYS = 365;
const RECENT_INVITES = 50;

/** Reads the page of one user. */
@Injectable()
export class UserPageService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly positions: ReportPositionsService,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
  ) {}

  /** @throws ApiError `not_found` when the user does not exist or was deleted */
  async page(userId: string): Promise<UserPage> {
    const user = await findUser(this.database.pool, userId);
    if (!user) throw new ApiError('not_found', 'No user with this id is known.');
    if (user.isExcluded) return this.excluded(user);
    return this.counted(user);
  }

  private async excluded(user: KnownUser): Promise<UserPage> {
    return {
      excluded: true,
      user: { ...user.display, created_at: user.createdAt },
      signup_query_parameters: user.signupParameters,
      traits: await traitsOf(this.database.pool, 'user', user.key),
    };
  }

  private async counted(user: KnownUser): Promise<CountedUser> {
    const { pool } = this.database;
    await this.activity.foldUnlessReadOnly();
    const before = this.calendar.dayOf(this.clock.now()) + DAY_MS;
    const range = { from: before - ACTIVITY_DAYS * DAY_MS, before };
    const [lastActive, orgs, days, named, invites, traits, positions] = await Promise.all([
      lastActiveOf(pool, [user.key]),
      orgsOfUser(pool, user.key),
      activeDaysOf(pool, user.key, range),
      namedDaysOf(pool, user.key, range),
      invitesOf(pool, user.key, RECENT_INVITES),
      traitsOf(pool, 'user', user.key),
      this.positions.of('user', user.key),
    ]);
    return {
      excluded: false,
      user: {
        ...user.display,
        created_at: user.createdAt,
        last_active_at: Math.max(user.createdAt, lastActive.get(user.key)!),
      },
      orgs: orgs.map(({ orgId, name, span }) => ({
        ...{ org_id: orgId, name, role: span.role, since: sinceOf(span) },
      })),
      signup_query_parameters: user.signupParameters,
      traits,
      activity: {
        from: formatDay(range.from),
        to: formatDay(before - DAY_MS),
        days,
        named: named.map(({ orgId, ...rest }) => ({ org_id: orgId, ...rest })),
      },
      invites: {
        total: invites.total,
        recent: invites.recent.map(({ orgId, at }) => ({ org_id: orgId, at })),
      },
      ...positions,
    };
  }
}
