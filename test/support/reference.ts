import { type Subject } from './api.js';

/** The reports of the reference with their intervals, the default first. */
export const REPORTS: [Subject, string, string[]][] = [
  ['user', 'top_inviter', ['30', '60', '90']],
  ['user', 'champion', ['30', '60', '90']],
  ['user', 'reengagement', ['Weekly', 'Monthly']],
  ['user', 'churn', ['7', '14', '30']],
  ['org', 'reengagement', ['Weekly', 'Monthly']],
  ['org', 'churn', ['7', '14', '30']],
  ['org', 'growth', ['30', '60', '90']],
  ['org', 'attrition', ['30', '60', '90']],
];

/** The reports that the reference does not have. */
export const FURTHER_REPORTS: typeof REPORTS = [
  ['org', 'slipping', ['14', '30']],
  ['org', 'champion_lost', ['30']],
  ['org', 'owner_lost', ['30']],
  ['org', 'health', ['30']],
];

export const METRICS = {
  signups: 'Signups',
  orgs_created: 'OrgsCreated',
  active_users: 'ActiveUsers',
  active_orgs: 'ActiveOrgs',
};

/** A path of each of the ten compatible endpoints. */
export const COMPATIBLE_PATHS = [
  ...REPORTS.map(([subject, report]) => `/api/backend/v1/${subject}_report/${report}`),
  '/api/backend/v1/chart_metric/signups',
  '/api/backend/v1/user/someone/signup_query_parameters',
];
