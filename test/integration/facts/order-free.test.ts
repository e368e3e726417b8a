import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { historyArb } from '../../support/model/histories.js';
import { Model, RANKINGS } from '../../support/model/model.js';
import {
  dayBefore,
  modelCharts,
  readCharts,
  renamed,
  withoutOwnIds,
  type Charts,
} from '../../support/agreement.js';
import { deliver, deliveryArb } from '../../support/deliveries.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 8);

const today = dayBefore(0);
let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
});
afterAll(() => service.close());

const deliveries = deliveryArb(historyArb({ today, maxEvents: 120 }));

let count = 0;

// All histories go into one store, each under ids of its own: a history's rows are found by their
// ids, its part of totals and charts by how much they grew.
test(
  'the same events give the same reports and charts in any order, doubled, split or concurrent',
  async () => {
    const property = fc.asyncProperty(deliveries, async (delivery) => {
      const prefix = `${(count++).toString(36).padStart(3, '0')}~`;
      const before = await readCharts(service.api);
      const model = new Model(delivery.history.map((event) => renamed(event, prefix)));
      await deliver(
        service.api,
        delivery.sent.map((event) => renamed(event, prefix)),
        delivery,
      );
      // A run of now waits for the next second: meanwhile the others are compared.
      const runs: [string, string][] = [];
      for (const asOf of [dayBefore(1), dayBefore(8), dayBefore(31), undefined])
        runs.push([asOf ?? 'now', await service.api.requestRun(asOf)]);
      for (const [asOf, runId] of runs) await compareReports(model, prefix, asOf, runId);
      // The worker derives chart data meanwhile.
      await service.chartsAreFresh();
      expect(growth(before, await readCharts(service.api))).toEqual(modelCharts(model));
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: process.env['CI'] !== undefined });
  },
  15 * 60_000,
);

const totals = new Map<string, number>();

async function compareReports(
  model: Model,
  prefix: string,
  asOf: string,
  runId: string,
): Promise<void> {
  const { report_time: at } = await service.api.runCompleted(runId);
  const answers = RANKINGS.map(([subject, report, interval]) =>
    service.api.ranking(subject, report, interval, { runId }),
  );
  for (const [index, found] of (await Promise.all(answers)).entries()) {
    const [subject, report, interval] = RANKINGS[index]!;
    const name = `${subject}/${report}/${interval} as of ${asOf}`;
    const ours = found.rows
      .filter((row) => String(row[`${subject}_id`]).startsWith(prefix))
      .map(withoutOwnIds);
    const expected = model.report(subject, report, interval, at);
    expect([name, ours]).toEqual([name, expected.rows]);
    expect([name, found.total_count - (totals.get(name) ?? 0)]).toEqual([
      name,
      expected.total_count,
    ]);
    totals.set(name, found.total_count);
  }
}

function growth(before: Charts, after: Charts): Charts {
  const entries = Object.entries(after).map(([name, values]) => {
    return [name, values.map((value, index) => value - before[name]![index]!)] as const;
  });
  return Object.fromEntries(entries);
}
