import { z } from 'zod';
import {
  REFERENCE_REPORTS,
  REPORTS,
  RANKINGS,
  intervalsOf,
  invalidField,
  parameters,
  type Ranking,
  type Subject,
} from '#libs/contracts';

const SUBJECTS = Object.keys(REPORTS) as [Subject, ...Subject[]];

/** The path parameter that names a report of a subject. */
export function reportOf(subject: Subject) {
  return oneOf(subject, Object.keys(REPORTS[subject]));
}

/** The path parameter that names a report of the reference API. */
export function referenceReportOf(subject: Subject) {
  return oneOf(subject, REFERENCE_REPORTS[subject]);
}

function oneOf(subject: Subject, reports: readonly string[]) {
  return z.enum(reports, `Unknown ${subject} report. The reports are ${reports.join(', ')}.`);
}

/** The path parameter that names a subject of reports. */
export const subject = z.enum(
  SUBJECTS,
  `Unknown subject. The subjects are ${SUBJECTS.join(', ')}.`,
);

/** The path parameter that names a report of any subject. */
export const anyReport = z
  .string()
  .meta({ enum: [...new Set(RANKINGS.map(({ report }) => report))] });

/** An interval of one of these reports. `requestedRanking` checks that the report has it. */
function intervalOf(rankings: readonly Ranking[]) {
  return z
    .string()
    .meta({
      enum: [...new Set(rankings.map(({ interval }) => interval))],
      description: `${intervalsInWords(rankings)}; the first of a report is its default`,
    })
    .optional();
}

export const interval = intervalOf(RANKINGS);

/** An interval of a report of the reference API. */
export const referenceInterval = intervalOf(
  RANKINGS.filter(({ subject: of, report }) =>
    (REFERENCE_REPORTS[of] as readonly string[]).includes(report),
  ),
);

/** Pins one run. */
export const pinnedRun = parameters.runId.optional().describe('a kept run; by default the latest');

/**
 * The ranking that a request names.
 * @param name the name of the interval in the query
 * @throws ApiError `invalid`, naming the intervals of the report
 */
export function requestedRanking(
  subject: Subject,
  report: string,
  given: string | undefined,
  name: string,
): Ranking {
  const intervals = intervalsOf(subject, report)!;
  const chosen = given ?? intervals[0]!;
  if (!intervals.includes(chosen)) {
    throw invalidField(name, `must be one of ${intervals.join(', ')}`);
  }
  return { subject, report, interval: chosen };
}

/** The reports with their intervals. Reports with the same name have the same intervals for users and orgs. */
function intervalsInWords(rankings: readonly Ranking[]): string {
  const sentences = rankings.map(
    ({ subject: of, report }) => `${report}: ${intervalsOf(of, report)!.join(', ')}`,
  );
  return [...new Set(sentences)].join('; ');
}
