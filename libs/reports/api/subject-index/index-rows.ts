import { DAY_MS, formatDay, type IndexOrg, type IndexUser, type Subject } from '#libs/contracts';
import {
  ORG_PROFILES,
  USER_PROFILES,
  type DisplayOrg,
  type DisplayProfiles,
  type UserProfile,
} from '#libs/facts';
import { healthScore, lastActiveDay } from '../../definitions/index.js';
import type { IndexEntry } from '../../snapshots/index-page.query.js';

/** What the index of users and that of orgs do differently. */
export interface IndexKind<Profile, ProfileRow extends { id: number }, Values, Row> {
  subject: Subject;
  profiles: DisplayProfiles<Profile, ProfileRow>;
  /** @param day the day of the report, as the first millisecond of the same date in UTC */
  values: (entry: IndexEntry, day: number) => Values;
  row: (profile: Profile, values: Values) => Row;
}

type RowOf<Profiles> = Profiles extends DisplayProfiles<unknown, infer Row> ? Row : never;
type UserValues = IndexUser['values'];
type OrgValues = IndexOrg['values'];

export const USER_INDEX: IndexKind<
  UserProfile,
  RowOf<typeof USER_PROFILES>,
  UserValues,
  IndexUser
> = {
  subject: 'user',
  profiles: USER_PROFILES,
  values: ({ numbers, stored }) => ({
    active_days_30: stored('active_days_30'),
    last_active_at: numbers[1],
    created_at: numbers[0],
    num_orgs: stored('num_orgs'),
    num_invites_30: stored('num_invites_30'),
  }),
  row: (profile, values) => ({ ...profile.display, org_data: profile.memberships, values }),
};

export const ORG_INDEX: IndexKind<DisplayOrg, RowOf<typeof ORG_PROFILES>, OrgValues, IndexOrg> = {
  subject: 'org',
  profiles: ORG_PROFILES,
  values: ({ numbers, stored }, day) => {
    const lastDay = lastActiveDay(stored('last_active_day'), day / DAY_MS);
    return {
      num_users: numbers[1],
      active_users_7: stored('active_users_7'),
      active_users_30: stored('active_users_30'),
      active_users_before: stored('active_users_before'),
      active_days_30: stored('active_days_30'),
      last_active_day: lastDay === null ? null : formatDay(lastDay * DAY_MS),
      created_at: numbers[0],
      health_score: healthScore(stored('health_score')),
    };
  },
  row: (profile, values) => ({ org_id: profile.orgId, name: profile.name, values }),
};
