import type { IndexOrg, IndexUser, Subject } from '#libs/contracts';
import { csvTime } from '#libs/platform';
import type { IndexEntry } from '../../snapshots/index-page.query.js';
import { ORG_INDEX, USER_INDEX } from '../subject-index/index-rows.js';

/** The index as a table: the columns after those of the profile. */
export interface IndexTable<Values> {
  subject: Subject;
  values: (entry: IndexEntry, day: number) => Values;
  columns: readonly string[];
  cells: (values: Values) => (string | number)[];
}

export const USER_TABLE: IndexTable<IndexUser['values']> = {
  subject: 'user',
  values: USER_INDEX.values,
  columns: [
    ...['active_days_30', 'num_orgs', 'num_invites_30'],
    ...['user_created_at_utc', 'last_active_at_utc'],
  ],
  cells: ({ active_days_30, num_orgs, num_invites_30, created_at, last_active_at }) => [
    ...[active_days_30, num_orgs, num_invites_30],
    ...[csvTime(created_at), csvTime(last_active_at)],
  ],
};

export const ORG_TABLE: IndexTable<IndexOrg['values']> = {
  subject: 'org',
  values: ORG_INDEX.values,
  columns: [
    ...['num_users', 'active_users_7', 'active_users_30', 'active_users_before'],
    ...['active_days_30', 'last_active_day', 'health_score', 'org_created_at_utc'],
  ],
  cells: (values) => [
    ...[values.num_users, values.active_users_7, values.active_users_30],
    ...[values.active_users_before, values.active_days_30, values.last_active_day ?? ''],
    ...[values.health_score ?? '', csvTime(values.created_at)],
  ],
};
