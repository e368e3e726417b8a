import {
  ApiError,
  REPORTS,
  insights,
  invalidField,
  type Ranking,
  type Subject,
} from '#libs/contracts';
import { choice, parameter, type Query } from '#libs/platform';
import { isRunId, requestedPage, requestedRanking, requestedRun } from '../pages/request.js';
import type { ChangesRequest, ListRequest } from './changes.service.js';
import { COMPARED_DAYS } from './kept-runs.query.js';

/** The ranking that a path of the own API names. @throws ApiError `not_found` or `invalid` */
export function rankingOf(subject: string, report: string, query: Query): Ranking {
  if (!isSubject(subject)) {
    const names = Object.keys(REPORTS).join(', ');
    throw new ApiError('not_found', `There are no such reports; they are about: ${names}.`);
  }
  return requestedRanking(subject, report, query, 'interval');
}

/** Which rows a query asks for, beside which run. @throws ApiError `invalid` */
export function requestedList(ranking: Ranking, query: Query): ListRequest {
  return {
    change: choice(query, 'change', insights.CHANGE_FILTERS),
    netLoss: requestedNetLoss(ranking, query),
    runId: requestedRun(query, 'run_id'),
    compareTo: requestedComparison(query),
  };
}

/** The same, and which page of it. @throws ApiError `invalid` */
export function requestedChanges(ranking: Ranking, query: Query): ChangesRequest {
  return { ...requestedList(ranking, query), ...requestedPage(query) };
}

function requestedNetLoss({ subject, report }: Ranking, query: Query): boolean {
  const netLoss = choice(query, 'net_loss', ['false', 'true']) === 'true';
  if (netLoss && (subject !== 'org' || report !== 'attrition'))
    throw invalidField('net_loss', 'is for the report org/attrition alone');
  return netLoss;
}

function requestedComparison(query: Query): string | undefined {
  const name = parameter(query, 'compare_to');
  if (name === undefined || name === 'previous') return undefined;
  if (isRunId(name) || Object.hasOwn(COMPARED_DAYS, name)) return name;
  const names = ['previous', ...Object.keys(COMPARED_DAYS)].join(', ');
  throw invalidField('compare_to', `must be the id of a run or one of ${names}`);
}

function isSubject(name: string): name is Subject {
  return Object.hasOwn(REPORTS, name);
}
