import type { ChangeFilter } from '#libs/contracts';
import { filterOf, filterQuery, type Filter } from '../../routing/filter.js';
import type { Place } from '../../routing/location.js';
import { DEFAULT_COMPARISON } from '../../labels/comparisons.js';
import type { ReportWords } from '../../labels/reports.js';

/** The report options in an address. */
export interface ReportView {
  interval: string;
  /** The id of a past run; undefined for the latest. */
  runId?: string | undefined;
  /** The report to compare with: a day such as `yesterday`, `previous`, or the id of a run. */
  compareTo: string;
  change: ChangeFilter;
  /** Only organizations that lost more people than joined. */
  netLoss: boolean;
  /** From 1. */
  page: number;
  pageSize: number;
  filter: Filter;
}

const PAGE_SIZES = [25, 50, 100] as const;
const FILTERS: readonly ChangeFilter[] = ['all', 'entered', 'moved', 'left'];

/** Invalid values are ignored, except runs, which the API checks. */
export function reportView(place: Place, words: ReportWords): ReportView {
  const { query } = place;
  const oneOf = <T>(given: T, known: readonly T[]): T =>
    known.includes(given) ? given : known[0]!;
  const page = Number(query.get('page') ?? 1);
  return {
    interval: oneOf(query.get('interval') ?? '', words.intervals),
    runId: query.get('run') ?? undefined,
    compareTo: query.get('against') || DEFAULT_COMPARISON,
    change: oneOf((query.get('change') ?? 'all') as ChangeFilter, FILTERS),
    netLoss: hasNetLoss(words) && query.get('net_loss') === 'true',
    page: Number.isSafeInteger(page) && page >= 1 && page < 2 ** 31 ? page : 1,
    pageSize: oneOf(Number(query.get('size')), PAGE_SIZES as readonly number[]),
    filter: filterOf(place),
  };
}

/** Whether a report can be limited to organizations that lost more people than joined. */
export const hasNetLoss = ({ subject, report }: ReportWords): boolean =>
  subject === 'org' && report === 'attrition';

/** The query for the API, without the page: of the rows on all pages, and of the file. */
export function listQuery({ interval, runId, compareTo, change, netLoss, filter }: ReportView) {
  return {
    interval,
    run_id: runId,
    compare_to: compareTo,
    change: change === 'all' ? undefined : change,
    net_loss: netLoss ? 'true' : undefined,
    ...filterQuery(filter),
  };
}

/** The parameters of the form for a subscription to the list. */
export const subscribeQuery = ({ interval, change, filter }: ReportView) => ({
  interval,
  change: change === 'entered' || change === 'left' ? change : undefined,
  ...filterQuery(filter),
});

export function pageQuery(view: ReportView) {
  return { ...listQuery(view), page_size: view.pageSize, page_number: view.page - 1 };
}
