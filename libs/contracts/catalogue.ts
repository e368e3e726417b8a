/** Which rankings there are; the first interval of each is its default. */
export const REPORTS = {
  user: {
    top_inviter: ['30', '60', '90'],
    champion: ['30', '60', '90'],
    reengagement: ['Weekly', 'Monthly'],
    churn: ['7', '14', '30'],
  },
  org: {
    reengagement: ['Weekly', 'Monthly'],
    churn: ['7', '14', '30'],
    growth: ['30', '60', '90'],
    attrition: ['30', '60', '90'],
  },
} as const satisfies Record<string, Record<string, readonly [string, ...string[]]>>;

export type Subject = keyof typeof REPORTS;

export interface Ranking {
  subject: Subject;
  report: string;
  interval: string;
}

/** The intervals of a report, default first, or undefined when there is no such report. */
export function intervalsOf(subject: Subject, report: string): readonly string[] | undefined {
  const reports: Record<string, readonly string[]> = REPORTS[subject];
  return Object.hasOwn(reports, report) ? reports[report] : undefined;
}

/** All 22 rankings of a run. */
export const RANKINGS: readonly Ranking[] = Object.entries(REPORTS).flatMap(([subject, reports]) =>
  Object.entries(reports).flatMap(([report, intervals]) =>
    intervals.map((interval) => ({ subject: subject as Subject, report, interval })),
  ),
);

/** An interval's length in days: `Weekly` is 7, `Monthly` is 30, a number is itself. */
export function intervalDays(interval: string): number {
  if (interval === 'Weekly') return 7;
  return interval === 'Monthly' ? 30 : Number(interval);
}

export const CHART_TYPES = {
  signups: 'Signups',
  orgs_created: 'OrgsCreated',
  active_users: 'ActiveUsers',
  active_orgs: 'ActiveOrgs',
} as const;

export type ChartMetric = keyof typeof CHART_TYPES;
export const CADENCES = ['Daily', 'Weekly', 'Monthly'] as const;
export type Cadence = (typeof CADENCES)[number];
