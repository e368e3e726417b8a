import type { ChangeFilter } from '#libs/contracts';
import type { Place } from '../../routing/location.js';
import type { ReportWords } from '../../words/reports.js';

/** What an address asks of a report. */
export interface ReportView {
  interval: string;
  /** A past run; the latest otherwise. */
  runId?: string | undefined;
  /** The run it is compared with; the one right before otherwise. */
  compareTo?: string | undefined;
  change: ChangeFilter;
  /** From 1. */
  page: number;
  pageSize: number;
  /** Only rows of the page that hold this. */
  search: string;
}

const PAGE_SIZES = [25, 50, 100] as const;
const FILTERS: readonly ChangeFilter[] = ['all', 'entered', 'moved', 'left'];

/** Whatever an address says wrongly is as if it were not said, but for runs, which the API judges. */
export function reportView({ query }: Place, words: ReportWords): ReportView {
  const oneOf = <T>(given: T, known: readonly T[]): T =>
    known.includes(given) ? given : known[0]!;
  const page = Number(query.get('page') ?? 1);
  return {
    interval: oneOf(query.get('interval') ?? '', words.intervals),
    runId: query.get('run') ?? undefined,
    compareTo: query.get('against') ?? undefined,
    change: oneOf((query.get('change') ?? 'all') as ChangeFilter, FILTERS),
    page: Number.isSafeInteger(page) && page >= 1 && page < 2 ** 31 ? page : 1,
    pageSize: oneOf(Number(query.get('size')), PAGE_SIZES as readonly number[]),
    search: query.get('q') ?? '',
  };
}
