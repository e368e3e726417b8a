import type { Cadence, Subject } from '#libs/contracts';
import { chartView, type ChartView } from '../../components/chart/controls.js';
import { filterOf, filterQuery, type Filter } from '../../routing/filter.js';
import { addressOf, type Place } from '../../routing/location.js';

/** The options of the page Engagement in an address. */
export interface EngagementView {
  subject: Subject;
  filter: Filter;
  chart: ChartView;
}

export const subjectOf = ({ query }: Place): Subject =>
  query.get('subject') === 'org' ? 'org' : 'user';

/** Invalid values are ignored, except conditions and segments, which the API checks. */
export function engagementView(place: Place, today: string): EngagementView {
  return {
    subject: subjectOf(place),
    filter: filterOf(place),
    chart: chartView(place, today, 0),
  };
}

const CHARTS = '/api/insights/v1/charts';

/** The API path of an engagement chart. */
export function chartPath(
  chart: string,
  { subject, filter, chart: { range } }: EngagementView,
  more: { cadence?: Cadence; days?: string } = {},
): string {
  const days = { start_date: range.from, end_date: range.to };
  return addressOf(`${CHARTS}/${chart}`, { subject, ...more, ...days, ...filterQuery(filter) });
}

/** The frequency chart is always of the 30 days up to today. */
export const frequencyPath = ({ subject, filter }: EngagementView): string =>
  addressOf(`${CHARTS}/frequency`, { subject, ...filterQuery(filter) });

/** What a list of the users or organizations behind a number is narrowed to, in an address and in the API. */
export type ListQuery = Record<string, string | undefined>;

/** The address of the list of the users or organizations behind a number of a chart. */
export const listAddress = (
  { subject, filter, chart: { range } }: EngagementView,
  list: ListQuery,
): string =>
  addressOf('/engagement/list', {
    subject,
    cadence: range.cadence,
    ...list,
    ...filterQuery(filter),
  });
