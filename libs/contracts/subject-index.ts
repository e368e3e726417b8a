/** The names of the values of the index of users and orgs, by subject. */
export const INDEX_VALUES = {
  user: ['active_days_30', 'last_active_at', 'created_at', 'num_orgs', 'num_invites_30'],
  org: [
    'num_users',
    'active_users_7',
    'active_users_30',
    'active_users_before',
    'active_days_30',
    'last_active_day',
    'created_at',
    'health_score',
  ],
} as const;
