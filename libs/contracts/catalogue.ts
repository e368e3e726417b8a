/** Named windows, in days. */
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

/** The number of days of activity that the engine keeps (`libs/reports/engine/bitmap-words.ts`). */
export type LookBackDays = 90;
/** The windows in which the engine counts invites and membership changes (`libs/reports/engine/count-windows.ts`). */
export type CountWindowDays = 30 | 60 | 90;
/**
 * The windows n for which the engine counts the active users of orgs in W(n) and in P(n)
 * (`libs/reports/engine/active-users.ts`).
 */
export type UserWindowDays = 14 | 30;

/** The possible intervals of reports on W(n), of reports on W(n) and P(n), and of reports that count in W(n). */
type OneWindow = Intervals<`${UpTo<LookBackDays>}` | NameUpTo<LookBackDays>>;
type TwoWindows = Intervals<`${UpTo<45>}` | NameUpTo<45>>;
type Counted = Intervals<`${CountWindowDays}`>;
type ActiveUsers = Intervals<`${UserWindowDays}`>;
/** The interval of reports on fixed windows, which end with W(30). */
type Fixed = readonly ['30'];

/** All reports, with the intervals that the engine supports for each. */
interface Reports {
  user: { top_inviter: Counted; champion: OneWindow; reengagement: TwoWindows; churn: OneWindow };
  org: {
    reengagement: TwoWindows;
    churn: OneWindow;
    growth: Counted;
    attrition: Counted;
    slipping: ActiveUsers;
    champion_lost: Fixed;
    owner_lost: Fixed;
    health: Fixed;
  };
}

/**
 * The intervals of all reports, the default first. A new report also needs a definition in
 * `libs/reports/definitions/index.ts`, a sentence in `libs/entity-pages/definitions.ts` and labels in
 * `apps/dashboard/labels/reports.ts`. Without them, the code does not compile.
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
    slipping: ['14', '30'],
    champion_lost: ['30'],
    owner_lost: ['30'],
    health: ['30'],
  },
} as const satisfies Reports;

export type Subject = keyof typeof REPORTS;

/** The key of a report in the definitions of terms, such as `org_churn`. */
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

/** The length of an interval in days: `Weekly` is 7, `Monthly` is 30, a number is itself, any other text is NaN. */
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
