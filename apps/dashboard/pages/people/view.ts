import type { Subject } from '#libs/contracts';
import { FIRST_SORT, INDEX_VALUES, type IndexValue } from '../../labels/index-values.js';
import { filterOf, filterQuery, type Filter } from '../../routing/filter.js';
import type { Place } from '../../routing/location.js';

/** The options of an index in an address. */
export interface IndexView {
  subject: Subject;
  /** The name of a value. */
  sort: string;
  isDescending: boolean;
  /** The values that have a column, in the order of the table. */
  columns: readonly IndexValue[];
  pageSize: number;
  /** From 1. */
  page: number;
  search: string;
  filter: Filter;
}

export const PAGE_SIZES = [25, 50, 100] as const;

/** Invalid values are ignored, except conditions and segments, which the API checks. */
export function indexView(place: Place, subject: Subject): IndexView {
  const { query } = place;
  const values = INDEX_VALUES[subject];
  const sort = query.get('sort') ?? '';
  const size = Number(query.get('size'));
  const page = Number(query.get('page') ?? 1);
  return {
    subject,
    sort: values.some(({ name }) => name === sort) ? sort : FIRST_SORT[subject],
    isDescending: query.get('order') !== 'asc',
    columns: columnsOf(query.get('columns'), values),
    pageSize: (PAGE_SIZES as readonly number[]).includes(size) ? size : PAGE_SIZES[0],
    page: Number.isSafeInteger(page) && page >= 1 && page < 2 ** 31 ? page : 1,
    search: query.get('q') ?? '',
    filter: filterOf(place),
  };
}

function columnsOf(given: string | null, values: readonly IndexValue[]): readonly IndexValue[] {
  if (given === null) return values.filter(({ isShown }) => isShown);
  const names = given.split(',');
  return values.filter(({ name }) => names.includes(name));
}

/** The parameter of an address for a choice of columns; undefined for the columns that are shown at first. */
export function columnsText(subject: Subject, names: ReadonlySet<string>): string | undefined {
  const values = INDEX_VALUES[subject];
  if (values.every(({ name, isShown }) => names.has(name) === isShown)) return undefined;
  // An empty parameter would be left out.
  return (
    values
      .filter(({ name }) => names.has(name))
      .map(({ name }) => name)
      .join(',') || 'none'
  );
}

/** The query for the API, without the page: of the rows on all pages, and of the file. */
export function listQuery({ sort, isDescending, search, filter }: IndexView) {
  return {
    sort,
    order: isDescending ? 'desc' : 'asc',
    search: search.trim() || undefined,
    ...filterQuery(filter),
  };
}

export function pageQuery(view: IndexView) {
  return { ...listQuery(view), page_size: view.pageSize, page_number: view.page - 1 };
}
