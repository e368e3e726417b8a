import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { Api } from './api.js';
import { wholeIndex } from './subject-index.js';
import { historyArb } from './model/histories.js';
import { Model, RANKINGS, type Cadence, type Metric, type WireEvent } from './model/model.js';
import { compareBytes } from './model/time.js';

const DAY_MS = 86_400_000;
const METRICS: Metric[] = ['signups', 'orgs_created', 'active_users', 'active_orgs'];
const CADENCES: Cadence[] = ['Daily', 'Weekly', 'Monthly'];
const CHART_DAYS = 210;
const BATCH = 7;

/** The UTC day a number of days ago, YYYY-MM-DD. */
export function dayBefore(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
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
  const charts: Charts = {};
  const range = `start_date=${start}&end_date=${end}`;
  for (const cadence of CADENCES) {
    for (const metric of METRICS) {
      const { body } = await api.get<{ metrics: { result: number }[] }>(
        `/api/backend/v1/chart_metrics/${metric}?cadence=${cadence}&${range}`,
      );
      charts[`${metric} ${cadence}`] = body.metrics.map(({ result }) => result);
    }
  }
  return charts;
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

/** Expects the 22 rankings and the index, in a run of now and one of yesterday, and the charts to equal the model's. */
export async function expectTheModelsAnswers(
  api: Api,
  history: readonly WireEvent[],
): Promise<void> {
  const model = new Model(history);
  expect(await readCharts(api)).toEqual(modelCharts(model));
  await expectTheModelsReports(api, model, [dayBefore(1), undefined]);
}

/** Expects the 22 rankings and the index to equal the model's, in a run as of each of these days, or of now. */
export async function expectTheModelsReports(
  api: Api,
  model: Model,
  days: readonly (string | undefined)[],
): Promise<void> {
  for (const asOf of days) {
    const { run_id: runId, report_time: at } = await api.run(asOf);
    for (const [subject, report, interval] of RANKINGS) {
      const { rows, total_count } = await api.ranking(subject, report, interval, { runId });
      const expected = model.report(subject, report, interval, at);
      expect([subject, report, interval, total_count, rows.map(withoutOwnIds)]).toEqual([
        ...[subject, report, interval, expected.total_count],
        expected.rows,
      ]);
    }
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
}
