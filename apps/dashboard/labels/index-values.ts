import type { Subject } from '#libs/contracts';

/** A value of the index of users or organizations. */
export interface IndexValue {
  name: string;
  title: string;
  /** The name of its definition. */
  term: string;
  /** `moment` and `date` are unix seconds, shown as an age or as a day; `day` is a day. */
  kind: 'count' | 'moment' | 'date' | 'day';
  /** Whether its column is shown unless the reader chooses others. */
  isShown: boolean;
}

export const INDEX_VALUES: Record<Subject, readonly IndexValue[]> = {
  user: [
    count('active_days_30', 'Active days'),
    { ...count('last_active_at', 'Last active'), kind: 'moment' },
    count('num_orgs', 'Organizations'),
    count('num_invites_30', 'Invited'),
    { ...count('created_at', 'Created'), kind: 'date' },
  ],
  org: [
    count('health_score', 'Health'),
    count('num_users', 'Members'),
    { ...count('active_users_7', 'Active in 7 days'), isShown: false },
    count('active_users_30', 'Active in 30 days'),
    { ...count('active_users_before', '30 days before'), isShown: false },
    count('active_days_30', 'Active days'),
    { ...count('last_active_day', 'Last active day'), kind: 'day', term: 'index_last_active_day' },
    { ...count('created_at', 'Created'), kind: 'date' },
  ],
};

function count(name: string, title: string): IndexValue {
  return { name, title, term: name, kind: 'count', isShown: true };
}

/** The value that the index is sorted by at first. */
export const FIRST_SORT: Record<Subject, string> = { user: 'last_active_at', org: 'num_users' };
