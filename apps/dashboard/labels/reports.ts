import type { REPORTS as CATALOGUE, Subject } from '#libs/contracts';

/** A value that only some reports show, and its heading. */
export interface Column {
  /** `net` is computed; the others are names of values of a row. */
  name: string;
  title: string;
  /** The name of its definition; by default that of the value. */
  term?: string;
  /** By default `number`; `moment` is unix seconds, shown as a day; `user` is the id of a user. */
  kind?: 'number' | 'moment' | 'user';
}

interface Words<Intervals> {
  title: string;
  /** The question that the report answers. */
  question: string;
  /** Whether a high rank is good or bad. */
  meaning: 'good' | 'bad';
  intervals: Intervals;
  columns: readonly Column[];
  /** Shown instead of an empty list. */
  empty: string;
}

type Catalogue = typeof CATALOGUE;
type AllWords = {
  [S in Subject]: { [R in keyof Catalogue[S]]: Words<Catalogue[S][R]> };
};

const ADDED = { name: 'num_users_added', title: 'Joined' } as const;
const REMOVED = { name: 'num_users_removed', title: 'Left' } as const;
const NET = { name: 'net', title: 'Net', term: 'net_users_change' } as const;

const REPORTS: AllWords = {
  user: {
    champion: {
      title: 'Champions',
      question: 'Who uses it the most?',
      meaning: 'good',
      intervals: ['30', '60', '90'],
      columns: [{ name: 'num_active_days', title: 'Active days' }],
      empty: 'No user was active in this period.',
    },
    top_inviter: {
      title: 'Top inviters',
      question: 'Who invites others?',
      meaning: 'good',
      intervals: ['30', '60', '90'],
      columns: [{ name: 'num_invites', title: 'Invited' }],
      empty: 'No user invited anyone in this period.',
    },
    churn: {
      title: 'Users who went quiet',
      question: 'Which users have stopped coming?',
      meaning: 'bad',
      intervals: ['7', '14', '30'],
      columns: [],
      empty: 'No user: all who were created before this period were active in it.',
    },
    reengagement: {
      title: 'Came back',
      question: 'Which users are back after a break?',
      meaning: 'good',
      intervals: ['Weekly', 'Monthly'],
      columns: [],
      empty: 'No user came back in this period.',
    },
  },
  org: {
    growth: {
      title: 'Growing',
      question: 'Which customers are growing?',
      meaning: 'good',
      intervals: ['30', '60', '90'],
      columns: [NET, ADDED, REMOVED],
      empty: 'No organization grew in this period.',
    },
    attrition: {
      title: 'Losing people',
      question: 'Which customers are losing people?',
      meaning: 'bad',
      intervals: ['30', '60', '90'],
      columns: [REMOVED, ADDED, NET],
      empty: 'No member left an organization in this period.',
    },
    churn: {
      title: 'Gone quiet',
      question: 'Which customers have stopped coming?',
      meaning: 'bad',
      intervals: ['7', '14', '30'],
      columns: [],
      empty: 'No organization: all that were created before this period were active in it.',
    },
    reengagement: {
      title: 'Came back',
      question: 'Which customers are back after a break?',
      meaning: 'good',
      intervals: ['Weekly', 'Monthly'],
      columns: [],
      empty: 'No organization came back in this period.',
    },
    slipping: {
      title: 'Slipping',
      question: 'Which customers use it less than before?',
      meaning: 'bad',
      intervals: ['14', '30'],
      columns: [
        { name: 'num_active', title: 'Active' },
        { name: 'num_active_before', title: 'Before' },
      ],
      empty: 'No organization lost 30 % of its active users or more.',
    },
    champion_lost: {
      title: 'Champion lost',
      question: 'Which customers lost the person who used it the most?',
      meaning: 'bad',
      intervals: ['30'],
      columns: [
        { name: 'num_active_days', title: 'Active days', term: 'champion_active_days' },
        { name: 'champion_user_id', title: 'Champion', kind: 'user' },
      ],
      empty: 'No organization lost its champion.',
    },
    owner_lost: {
      title: 'Owner lost',
      question: 'Which customers have no owner any more?',
      meaning: 'bad',
      intervals: ['30'],
      columns: [{ name: 'lost_at', title: 'Lost on', kind: 'moment' }],
      empty: 'No organization lost its last owner in this period.',
    },
    health: {
      title: 'Health',
      question: 'How healthy is each customer?',
      meaning: 'bad',
      intervals: ['30'],
      columns: [
        { name: 'score', title: 'Score', term: 'health_score' },
        { name: 'adoption', title: 'Adoption' },
        { name: 'frequency', title: 'Frequency' },
        { name: 'trend', title: 'Trend' },
        { name: 'recency', title: 'Recency' },
      ],
      empty: 'No organization is 14 days old yet.',
    },
  },
};

export const SUBJECTS: Record<Subject, string> = { user: 'Users', org: 'Organizations' };

export interface ReportWords extends Words<readonly string[]> {
  subject: Subject;
  report: string;
}

/** All reports, in the order of the navigation. */
export const ALL_REPORTS: readonly ReportWords[] = Object.entries(REPORTS).flatMap(
  ([subject, reports]) =>
    Object.entries(reports as Record<string, Words<readonly string[]>>).map(([report, words]) => ({
      subject: subject as Subject,
      report,
      ...words,
    })),
);

export function wordsOf(subject: string, report: string): ReportWords | undefined {
  return ALL_REPORTS.find((one) => one.subject === subject && one.report === report);
}

/** "30 days", "7 days". */
export function intervalName(interval: string): string {
  const days = { Weekly: '7', Monthly: '30' }[interval] ?? interval;
  return `${days} days`;
}
