import {
  ApiError,
  REPORTS,
  intervalsOf,
  invalidField,
  type Ranking,
  type Subject,
} from '#libs/contracts';
import { choice, parameter, wholeNumber, type Query } from '#libs/platform';
import { MAX_PAGE_SIZE } from '../snapshots/page.query.js';

const MAX_PAGE_NUMBER = 2 ** 31 - 1;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * The ranking that a request names.
 * @param parameterName of the interval in the query
 * @throws ApiError `not_found` or `invalid`, naming what there is
 */
export function requestedRanking(
  subject: Subject,
  report: string,
  query: Query,
  parameterName: string,
): Ranking {
  const intervals = intervalsOf(subject, report);
  if (!intervals) {
    const names = Object.keys(REPORTS[subject]).join(', ');
    throw new ApiError('not_found', `There is no such ${subject} report; there are ${names}.`);
  }
  return { subject, report, interval: choice(query, parameterName, intervals) };
}

/** Which page of a list a request asks for. @throws ApiError `invalid` */
export function requestedPage(
  query: Query,
  defaultSize = 10,
): { pageSize: number; pageNumber: number } {
  const size = { default: defaultSize, low: 1, high: MAX_PAGE_SIZE };
  const number = { default: 0, low: 0, high: MAX_PAGE_NUMBER };
  return {
    pageSize: wholeNumber(query, 'page_size', size),
    pageNumber: wholeNumber(query, 'page_number', number),
  };
}

/** The run that a parameter of the query names. @throws ApiError `invalid` */
export function requestedRun(query: Query, name: string): string | undefined {
  const runId = parameter(query, name);
  if (runId !== undefined && !isRunId(runId)) throw invalidField(name, 'must be the id of a run');
  return runId;
}

export function isRunId(text: string): boolean {
  return UUID.test(text);
}
