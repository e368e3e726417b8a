import type { REPORTS as CATALOGUE, Subject } from '#libs/contracts';

/** A number of its own that a report shows, and what it is called there. */
export interface Column {
  name: 'num_active_days' | 'num_invites' | 'num_users_added' | 'num_users_removed' | 'net';
  title: string;
}

interface Words<Intervals> {
  title: string;
  /** The question that the report answers. */
  question: string;
  intervals: Intervals;
  columns: readonly Column[];
  /** What its list says when it is empty. */
  empty: string;
}

type Catalogue = typeof CATALOGUE;
type AllWords = {
  [S in Subject]: { [R in keyof Catalogue[S]]: Words<Catalogue[S][R]> };
};

const ADDED = { name: 'num_users_added', title: 'Joined' } as const;
const REMOVED = { name: 'num_users_removed', title: 'Left' } as const;
const NET = { name: 'net', title: 'Net' } as const;

const REPORTS: AllWords = {
  user: {
    champion: {
      title: 'Champions',
      question: 'Who uses it the most?',
      intervals: ['30', '60', '90'],
      columns: [{ name: 'num_active_days', title: 'Active days' }],
      empty: 'Nobody was active in this time.',
    },
    top_inviter: {
      title: 'Top inviters',
      question: 'Who brings others along?',
      intervals: ['30', '60', '90'],
      columns: [{ name: 'num_invites', title: 'Invited' }],
      empty: 'Nobody invited anybody in this time.',
    },
    churn: {
      title: 'Slipping away',
      question: 'Who has stopped coming?',
      intervals: ['7', '14', '30'],
      columns: [],
      empty: 'Nobody: everybody was active in this time.',
    },
    reengagement: {
      title: 'Came back',
      question: 'Who is here again after a time away?',
      intervals: ['Weekly', 'Monthly'],
      columns: [],
      empty: 'Nobody came back in this time.',
    },
  },
  org: {
    growth: {
      title: 'Growing',
      question: 'Which customers become more?',
      intervals: ['30', '60', '90'],
      columns: [NET, ADDED, REMOVED],
      empty: 'No organization grew in this time.',
    },
    attrition: {
      title: 'Losing people',
      question: 'Which customers do people leave?',
      intervals: ['30', '60', '90'],
      columns: [REMOVED, ADDED, NET],
      empty: 'Nobody left any organization in this time.',
    },
    churn: {
      title: 'Gone quiet',
      question: 'Which customers have stopped coming?',
      intervals: ['7', '14', '30'],
      columns: [],
      empty: 'None: every organization was active in this time.',
    },
    reengagement: {
      title: 'Came back',
      question: 'Which customers are here again after a time away?',
      intervals: ['Weekly', 'Monthly'],
      columns: [],
      empty: 'No organization came back in this time.',
    },
  },
};

export const SUBJECTS: Record<Subject, string> = { user: 'Users', org: 'Organizations' };

export interface ReportWords extends Words<readonly string[]> {
  subject: Subject;
  report: string;
}

/** All eight, in the order in which they are offered. */
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
