import { z } from 'zod';
import {
  ApiError,
  REPORTS,
  insights,
  invalidField,
  parameters,
  segmentParameters,
  type Ranking,
  type Subject,
} from '#libs/contracts';
import { anyReport, interval, pinnedRun, requestedRanking, subject } from './request.js';
import type { ChangesRequest, ListRequest } from './changes.service.js';
import { COMPARED_DAYS } from './kept-runs.query.js';

const COMPARED = ['previous', ...Object.keys(COMPARED_DAYS)];

const comparedRun = z
  .string()
  .refine(
    (name) => COMPARED.includes(name) || parameters.runId.safeParse(name).success,
    `must be the id of a run or one of ${COMPARED.join(', ')}`,
  )
  .describe(`a kept run or one of ${COMPARED.join(', ')}; "previous" is the previous kept run`);

/** The path of a report of any subject. */
export const reportPath = z.object({ subject, report: anyReport });

const listParameters = {
  interval,
  run_id: pinnedRun,
  compare_to: comparedRun.optional(),
  change: parameters.choice(insights.CHANGE_FILTERS).describe('the rows to return'),
  net_loss: parameters
    .choice(['false', 'true'])
    .describe('true: only organizations that lost more people than they gained; for org/attrition'),
  ...segmentParameters,
};

/** The query for a page of a report with its changes. */
export const changesQuery = z.object({ ...listParameters, ...parameters.page });

/** The query for a whole report as CSV. */
export const csvQuery = z.object({
  ...listParameters,
  search: z.string().max(200, 'must have at most 200 characters').optional(),
});

type ListQuery = z.output<z.ZodObject<typeof listParameters>>;

/** The ranking that a path names. @throws ApiError `not_found` or `invalid` */
export function rankingOf(
  { subject, report }: { subject: Subject; report: string },
  given: string | undefined,
): Ranking {
  if (!Object.hasOwn(REPORTS[subject], report)) {
    const names = Object.keys(REPORTS[subject]).join(', ');
    throw new ApiError('not_found', `Unknown ${subject} report. The reports are ${names}.`);
  }
  return requestedRanking(subject, report, given, 'interval');
}

/** The rows and the compared run that a query requests. @throws ApiError `invalid` */
export function requestedList({ subject, report }: Ranking, query: ListQuery): ListRequest {
  const netLoss = query.net_loss === 'true';
  if (netLoss && (subject !== 'org' || report !== 'attrition'))
    throw invalidField('net_loss', 'is only for the report org/attrition');
  const { change, run_id: runId, compare_to, where, segment } = query;
  const compareTo = compare_to === 'previous' ? undefined : compare_to;
  return { change, netLoss, runId, compareTo, where, segment };
}

/** `requestedList` with the page. @throws ApiError `invalid` */
export function requestedChanges(
  ranking: Ranking,
  query: z.output<typeof changesQuery>,
): ChangesRequest {
  const { page_size: pageSize, page_number: pageNumber } = query;
  return { ...requestedList(ranking, query), pageSize, pageNumber };
}
