/** Windows that have a name, and their days. */
const NAMED_DAYS = { Weekly: 7, Monthly: 30 } as const;
type Name = keyof typeof NAMED_DAYS;

/** The whole numbers from 1 to N. */
type UpTo<N extends number, Count extends 0[] = [0], Found = N> = Count['length'] extends N
  ? Found
  : UpTo<N, [...Count, 0], Found | Count['length']>;
type NameUpTo<N extends number> = {
  [K in Name]: (typeof NAMED_DAYS)[K] extends UpTo<N> ? K : never;
}[Name];
type Intervals<Interval extends string> = readonly [Interval, ...Interval[]];

/** What the engine knows of activity: that of the last so many days (`libs/reports/runs/mask-words.ts`). */
export type LookBackDays = 90;
/** In which windows the engine counts invites and changes of members (`libs/reports/runs/count-windows.ts`). */
export type CountWindowDays = 30 | 60 | 90;

/** Intervals of a report that looks at W(n) alone, of one that looks at P(n) as well, and of one that counts in W(n). */
type OneWindow = Intervals<`${UpTo<LookBackDays>}` | NameUpTo<LookBackDays>>;
type TwoWindows = Intervals<`${UpTo<45>}` | NameUpTo<45>>;
type Counted = Intervals<`${CountWindowDays}`>;

/** Every report, and which intervals the engine can do for it. */
interface Reports {
  user: { top_inviter: Counted; champion: OneWindow; reengagement: TwoWindows; churn: OneWindow };
  org: { reengagement: TwoWindows; churn: OneWindow; growth: Counted; attrition: Counted };
}

/**
 * Which rankings there are; the first interval of each is its default. A new report also needs a definition in
 * `libs/reports/definitions/index.ts` and a sentence in `libs/entity-pages/definitions.ts`, and for the page words in
 * `apps/dashboard/labels/reports.ts`: without them it does not compile.
 */
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
} as const satisfies Reports;

export type Subject = keyof typeof REPORTS;

/** The name of a report among the terms, such as `org_churn`. */
export type ReportTerm = {
  [S in Subject]: `${S}_${keyof (typeof REPORTS)[S] & string}`;
}[Subject];

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

const INTERVALS: Record<Subject, Record<string, readonly string[]>> = REPORTS;

/** All rankings of a run. */
export const RANKINGS: readonly Ranking[] = Object.entries(INTERVALS).flatMap(
  ([subject, reports]) =>
    Object.entries(reports).flatMap(([report, intervals]) =>
      intervals.map((interval) => ({ subject: subject as Subject, report, interval })),
    ),
);

/** An interval's length in days: `Weekly` is 7, `Monthly` is 30, a number is itself; NaN for anything else. */
export function intervalDays(interval: string): number {
  return Object.hasOwn(NAMED_DAYS, interval) ? NAMED_DAYS[interval as Name] : Number(interval);
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
