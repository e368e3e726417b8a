import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { historyArb } from '../../support/model/histories.js';
import { Model, RANKINGS, type Cadence, type Metric } from '../../support/model/model.js';
import type { WireEvent } from '../../support/model/events.js';
import { startTestService, type TestService } from '../../support/service.js';

const DAY_MS = 86_400_000;
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 40);
const METRICS: Metric[] = ['signups', 'orgs_created', 'active_users', 'active_orgs'];
const CHART_DAYS: Record<Cadence, number> = { Daily: 210, Weekly: 210, Monthly: 210 };

const today = dayBefore(0);
let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** A history, and a way in which its events reach us: some twice, in any order, in any batches. */
const deliveryArb = historyArb({ today, maxEvents: 120 }).chain((history) => {
  const sent = [...history, ...history.filter((_, index) => index % 3 === 0)];
  return fc.record({
    history: fc.constant(history),
    sent: fc.shuffledSubarray(sent, { minLength: sent.length }),
    batchSizes: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
    writers: fc.integer({ min: 1, max: 6 }),
  });
});

let count = 0;

// All histories go into one store, each under ids of its own: a history's rows are found by their
// ids, its part of totals and charts by how much they grew.
test(
  'the same events give the same reports and charts in any order, doubled, split and at once',
  async () => {
    const property = fc.asyncProperty(deliveryArb, async (delivery) => {
      const prefix = `${(count++).toString(36).padStart(3, '0')}~`;
      const before = await readCharts();
      const model = new Model(delivery.history.map((event) => renamed(event, prefix)));
      await deliver(
        delivery.sent.map((event) => renamed(event, prefix)),
        delivery,
      );
      await service.chartsAreFresh();
      expect(growth(before, await readCharts())).toEqual(modelCharts(model));
      for (const asOf of [dayBefore(1), dayBefore(8), dayBefore(31), undefined]) {
        await compareReports(model, prefix, asOf);
      }
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: process.env['CI'] !== undefined });
  },
  15 * 60_000,
);

const totals = new Map<string, number>();

async function compareReports(model: Model, prefix: string, asOf?: string): Promise<void> {
  const run = await service.api.run(asOf);
  for (const [subject, report, interval] of RANKINGS) {
    const name = `${subject}/${report}/${interval} as of ${asOf ?? 'now'}`;
    const found = await service.api.ranking(subject, report, interval, { runId: run.run_id });
    const ours = found.rows
      .filter((row) => String(row[`${subject}_id`]).startsWith(prefix))
      .map(withoutOwnIds);
    const expected = model.report(subject, report, interval, run.report_time);
    expect([name, ours]).toEqual([name, expected.rows]);
    expect([name, found.total_count - (totals.get(name) ?? 0)]).toEqual([
      name,
      expected.total_count,
    ]);
    totals.set(name, found.total_count);
  }
}

/** A row without the ids that name it in its snapshot. */
function withoutOwnIds(row: Record<string, unknown>): Record<string, unknown> {
  const { id: _id, report_id: _reportId, ...rest } = row;
  return rest;
}

/** Cuts what is sent into batches and has several writers send them at once. */
async function deliver(
  sent: readonly WireEvent[],
  { batchSizes, writers }: { batchSizes: number[]; writers: number },
): Promise<void> {
  const batches: WireEvent[][] = [];
  for (let at = 0; at < sent.length;) {
    const size = batchSizes[batches.length % batchSizes.length]!;
    batches.push(sent.slice(at, at + size));
    at += size;
  }
  const writer = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) await service.api.ingest(batch);
  };
  await Promise.all(Array.from({ length: writers }, writer));
}

function renamed(event: WireEvent, prefix: string): WireEvent {
  const data = { ...event.data };
  for (const name of ['user_id', 'org_id', 'inviter_user_id']) {
    if (typeof data[name] === 'string') data[name] = prefix + data[name];
  }
  return { ...event, id: prefix + event.id, data };
}

type Charts = Record<string, number[]>;

async function readCharts(): Promise<Charts> {
  const charts: Charts = {};
  for (const [cadence, days] of Object.entries(CHART_DAYS)) {
    for (const metric of METRICS) {
      const range = `start_date=${dayBefore(days)}&end_date=${today}`;
      const { body } = await service.api.get<{ metrics: { result: number }[] }>(
        `/api/backend/v1/chart_metrics/${metric}?cadence=${cadence}&${range}`,
      );
      charts[`${metric} ${cadence}`] = body.metrics.map(({ result }) => result);
    }
  }
  return charts;
}

function modelCharts(model: Model): Charts {
  const charts: Charts = {};
  for (const [cadence, days] of Object.entries(CHART_DAYS) as [Cadence, number][]) {
    for (const metric of METRICS) {
      const { metrics } = model.chart(metric, cadence, dayBefore(days), today, today);
      charts[`${metric} ${cadence}`] = metrics.map(({ result }) => result);
    }
  }
  return charts;
}

function growth(before: Charts, after: Charts): Charts {
  const entries = Object.entries(after).map(([name, values]) => {
    return [name, values.map((value, index) => value - before[name]![index]!)] as const;
  });
  return Object.fromEntries(entries);
}

function dayBefore(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
}
