import { expect } from '@jest/globals';
import type { ReportChanges } from '#libs/contracts';
import type { Api } from './api.js';
import { changesOf } from './model/changes.js';
import type { Model, RANKINGS, Subject, Where } from './model/model.js';

type Ranking = (typeof RANKINGS)[number];
type ChangeFilter = 'all' | 'entered' | 'moved' | 'left';

/** A segment as a request names it. */
export type Segment = { where: Where } | { segment: string } | Record<string, never>;

/** `where` or `segment` in a query. */
export function segmentQuery(segment: Segment): Record<string, string> {
  if ('where' in segment) return { where: JSON.stringify(segment.where) };
  return 'segment' in segment ? { segment: String(segment.segment) } : {};
}

/** A run and the model of the store at that time. */
export interface MadeRun {
  runId: string;
  reportTime: number;
  model: Model;
}

interface Changes {
  total_count: number;
  counts: ReportChanges['counts'];
  rows: [id: string, rank: number | null, previous: number | null][];
}

/** A whole report with its changes between two runs, of the rows of a segment. */
export async function readChanges(
  api: Api,
  [subject, report, interval]: Ranking,
  { before, after, change }: { before: MadeRun; after: MadeRun; change: ChangeFilter },
  segment: Segment,
): Promise<Changes> {
  const rows: Changes['rows'] = [];
  for (let page = 0; ; page++) {
    const query = new URLSearchParams({
      ...{ interval, run_id: after.runId, compare_to: before.runId, change },
      ...{ page_size: '100', page_number: String(page), ...segmentQuery(segment) },
    });
    const path = `/api/insights/v1/reports/${subject}/${report}?${query.toString()}`;
    const { status, body } = await api.get<ReportChanges>(path);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    for (const row of body.rows) {
      rows.push(['user_id' in row ? row.user_id : row.org_id, row.rank, row.previous_rank]);
    }
    if (body.rows.length < 100) return { total_count: body.total_count, counts: body.counts, rows };
  }
}

/** The changes between two runs that the model expects, of the subjects that match now. */
export function modelChanges(
  ranking: Ranking,
  { before, after, change }: { before: MadeRun; after: MadeRun; change: ChangeFilter },
  isCounted: (id: string) => boolean,
): Changes {
  const [old, now] = [before, after].map(
    ({ model, reportTime }) => model.ids(...ranking, reportTime).listed,
  ) as [string[], string[]];
  const changes = changesOf(old, now, isCounted);
  const ids = change === 'all' ? changes.listed : changes[change];
  const rank = (list: string[], id: string) => list.indexOf(id) + 1 || null;
  return {
    total_count: ids.length,
    counts: {
      entered: changes.entered.length,
      moved: changes.moved.length,
      left: changes.left.length,
    },
    rows: ids.map((id) => [id, rank(now, id), rank(old, id)]),
  };
}

/** The days and the cadence of a chart. */
export interface ChartQuery {
  start: string;
  end: string;
  cadence: 'Daily' | 'Weekly' | 'Monthly';
}

const METRICS = {
  user: ['signups', 'active_users'],
  org: ['orgs_created', 'active_orgs'],
} as const;

/** Expects the charts of a subject to equal the model, of the subjects in a segment. */
export async function expectTheModelsCharts(
  api: Api,
  model: Model,
  { subject, segment, where }: { subject: Subject; segment: Segment; where: Where },
  { start, end, cadence }: ChartQuery,
): Promise<void> {
  const isCounted = model.matches(subject, where, Date.now() / 1000);
  for (const metric of METRICS[subject]) {
    const query = new URLSearchParams({ start_date: start, end_date: end, cadence });
    for (const [name, value] of Object.entries(segmentQuery(segment))) query.set(name, value);
    const { status, body } = await api.get(`/api/insights/v1/charts/${metric}?${query.toString()}`);
    expect([metric, where, status, body]).toEqual([
      ...[metric, where, 200],
      expect.objectContaining(model.chart(metric, cadence, start, end, end, isCounted)),
    ]);
  }
}
