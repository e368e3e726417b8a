import { expect } from '@jest/globals';
import type { OrgReportRow } from '#libs/contracts';
import fc from 'fast-check';
import moment from 'moment-timezone';
import type { Api, RunState } from './api.js';
import { wholeIndex } from './subject-index.js';
import { historyArb } from './model/histories.js';
import { Model, RANKINGS, type Cadence, type Metric, type WireEvent } from './model/model.js';
import { compareBytes } from './model/time.js';
import { chartsAreFresh } from './service.js';

const METRICS: Metric[] = ['signups', 'orgs_created', 'active_users', 'active_orgs'];
const CADENCES: Cadence[] = ['Daily', 'Weekly', 'Monthly'];
const CHART_DAYS = 210;
const BATCH = 7;

/** The day a number of days ago, YYYY-MM-DD, in a time zone. */
export function dayBefore(days: number, zone = 'UTC'): string {
  return moment.tz(zone).subtract(days, 'days').format('YYYY-MM-DD');
}

/** The values of every chart over the days of the histories. */
export type Charts = Record<string, number[]>;

/** The first and the last day of a chart, YYYY-MM-DD. */
interface ChartRange {
  start: string;
  end: string;
}

const untilToday = (): ChartRange => ({ start: dayBefore(CHART_DAYS), end: dayBefore(0) });

export async function readCharts(api: Api, { start, end } = untilToday()): Promise<Charts> {
  const range = `start_date=${start}&end_date=${end}`;
  const names = CADENCES.flatMap((cadence) => METRICS.map((metric) => ({ cadence, metric })));
  const charts = names.map(async ({ cadence, metric }) => {
    const { body } = await api.get<{ metrics: { result: number }[] }>(
      `/api/backend/v1/chart_metrics/${metric}?cadence=${cadence}&${range}`,
    );
    return [`${metric} ${cadence}`, body.metrics.map(({ result }) => result)] as const;
  });
  return Object.fromEntries(await Promise.all(charts));
}

export function modelCharts(model: Model, { start, end } = untilToday()): Charts {
  const charts: Charts = {};
  for (const cadence of CADENCES) {
    for (const metric of METRICS) {
      const { metrics } = model.chart(metric, cadence, start, end, end);
      charts[`${metric} ${cadence}`] = metrics.map(({ result }) => result);
    }
  }
  return charts;
}

/** A row without its ids in the snapshot. */
export function withoutOwnIds(row: Record<string, unknown>): Record<string, unknown> {
  const { id: _id, report_id: _reportId, ...rest } = row;
  return rest;
}

/** The same event with a prefix on its id and on the ids of its user and org. */
export function renamed(event: WireEvent, prefix: string): WireEvent {
  const data = { ...event.data };
  for (const name of ['user_id', 'org_id', 'inviter_user_id']) {
    if (typeof data[name] === 'string') data[name] = prefix + data[name];
  }
  return { ...event, id: prefix + event.id, data };
}

/** One of the random histories, always the same. */
export function aHistory(maxEvents: number): WireEvent[] {
  const histories = historyArb({ today: dayBefore(0), maxEvents });
  return fc.sample(histories, { numRuns: 1, seed: 1 })[0]!;
}

/** The longest of many random histories, always the same: a few hundred events. */
export function aLongHistory(maxEvents: number): WireEvent[] {
  const histories = historyArb({ today: dayBefore(0), maxEvents });
  const all = fc.sample(histories, { numRuns: 40, seed: 1 });
  return all.reduce((one, other) => (other.length > one.length ? other : one));
}

/** Sends every event to every api, with two writers each: one in order, one in reverse order. */
export async function sendToEach(
  apis: readonly Api[],
  history: readonly WireEvent[],
): Promise<void> {
  const send = async (api: Api, events: readonly WireEvent[]) => {
    for (let at = 0; at < events.length; at += BATCH)
      await api.ingest(events.slice(at, at + BATCH));
  };
  await Promise.all(apis.flatMap((api) => [send(api, history), send(api, [...history].reverse())]));
}

/**
 * Expects the rankings and the index, in a run of now and one of yesterday, and the charts to equal the model's, in
 * every api of a store. The charts come last: deriving them takes the worker as long as the runs.
 */
export async function expectTheModelsAnswers(
  apis: readonly Api[],
  databaseUrl: string,
  history: readonly WireEvent[],
): Promise<void> {
  const model = new Model(history);
  const days = [dayBefore(1), undefined];
  await Promise.all(apis.map((api) => expectTheModelsReports(api, model, days)));
  await chartsAreFresh(databaseUrl);
  for (const api of apis) expect(await readCharts(api)).toEqual(modelCharts(model));
}

/**
 * Expects the rankings and the index to equal the model's, in a run as of each of these days, or of now. All runs are
 * requested before the first is compared: a run of now waits for the next second.
 * @returns the runs
 */
export async function expectTheModelsReports(
  api: Api,
  model: Model,
  days: readonly (string | undefined)[],
): Promise<RunState[]> {
  const requested: string[] = [];
  for (const asOf of days) requested.push(await api.requestRun(asOf));
  const runs: RunState[] = [];
  for (const runId of requested) {
    const run = await api.runCompleted(runId);
    await expectTheModelsRankings(api, model, run);
    await expectTheModelsIndex(api, model, run);
    await expectTheIdentities(api, run);
    runs.push(run);
  }
  return runs;
}

async function expectTheModelsIndex(api: Api, model: Model, run: RunState): Promise<void> {
  const { run_id: runId, report_time: at } = run;
  for (const subject of ['user', 'org'] as const) {
    const index = await wholeIndex(api, subject, { runId });
    const rows = index.rows.map(({ id, values }) => ({ id, values }));
    rows.sort((one, other) => compareBytes(one.id, other.id));
    expect({ subject, total_count: index.total_count, rows }).toEqual({
      subject,
      ...model.index(subject, at),
    });
  }
}

/** Expects what holds in every run: no org is slipping and churned; the index has the scores of the report health. */
async function expectTheIdentities(api: Api, { run_id: runId }: RunState): Promise<void> {
  const list = async (report: string, interval: string) =>
    (await api.ranking('org', report, interval, { runId })).rows as unknown as OrgReportRow[];
  for (const interval of ['14', '30']) {
    const [slipping, churned] = [await list('slipping', interval), await list('churn', interval)];
    const gone = new Set(churned.map((row) => row.org_id));
    expect(slipping.filter((row) => gone.has(row.org_id))).toEqual([]);
  }
  const scores = (await list('health', '30')).map((row) => [
    row.org_id,
    row.extra_properties.score,
  ]);
  const { rows } = await wholeIndex(api, 'org', { runId, query: 'sort=health_score&order=asc' });
  const indexed = rows.map(({ id, values }) => [id, values['health_score']]);
  // By score, then by id; orgs without a health are last.
  expect(indexed.filter(([, score]) => score !== null)).toEqual(scores);
  expect(indexed.slice(scores.length).every(([, score]) => score === null)).toBe(true);
}

async function expectTheModelsRankings(api: Api, model: Model, run: RunState): Promise<void> {
  const { run_id: runId, report_time: at } = run;
  const answers = RANKINGS.map(async ([subject, report, interval]) => {
    const { rows, total_count } = await api.ranking(subject, report, interval, { runId });
    return [subject, report, interval, total_count, rows.map(withoutOwnIds)];
  });
  for (const [index, answer] of (await Promise.all(answers)).entries()) {
    const [subject, report, interval] = RANKINGS[index]!;
    const { total_count, rows } = model.report(subject, report, interval, at);
    expect(answer).toEqual([subject, report, interval, total_count, rows]);
  }
}
