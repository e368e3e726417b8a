import { z } from 'zod';
import {
  REPORTS,
  RANKINGS,
  intervalsOf,
  invalidField,
  parameters,
  type Ranking,
  type Subject,
} from '#libs/contracts';

const SUBJECTS = Object.keys(REPORTS) as [Subject, ...Subject[]];
const INTERVALS = [...new Set(RANKINGS.map(({ interval }) => interval))];

/** The path parameter that names a report of a subject. */
export function reportOf(subject: Subject) {
  const names = Object.keys(REPORTS[subject]) as [string, ...string[]];
  return z.enum(names, `Unknown ${subject} report. The reports are ${names.join(', ')}.`);
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

/** An interval of a report. `requestedRanking` checks that the report has it. */
export const interval = z
  .string()
  .meta({
    enum: INTERVALS,
    description: `${intervalsInWords()}; the first of a report is its default`,
  })
  .optional();

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
function intervalsInWords(): string {
  const lists = SUBJECTS.flatMap((subject) => Object.entries<readonly string[]>(REPORTS[subject]));
  const sentences = lists.map(([report, intervals]) => `${report}: ${intervals.join(', ')}`);
  return [...new Set(sentences)].join('; ');
}
