import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  expectTheModelsReports,
  modelCharts,
  readCharts,
  sendToEach,
} from '../../support/agreement.js';
import type { WireEvent } from '../../support/model/events.js';
import { historyArb } from '../../support/model/histories.js';
import { Model } from '../../support/model/model.js';
import { DAY_MS, dayOf, dayText, endOfDay, startOfDay, useZone } from '../../support/model/time.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

/** Zones, each with an instant at which its offset changes, or a midnight. */
const ZONES = [
  ['America/New_York', '2025-11-02T06:00:00Z'],
  ['Asia/Kolkata', '2025-06-30T18:30:00Z'],
  ['Australia/Lord_Howe', '2025-04-05T15:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  ['America/St_Johns', '2010-11-07T02:31:00Z'],
  ['Africa/Casablanca', '2024-03-10T02:00:00Z'],
] as const;
/** Windows of reports of these days after the change begin or end at it, or around it. */
const DAYS_AFTER = [-1, 0, 1, 6, 13, 29, 30];
const LAST = 31;
const HOUR_MS = 3_600_000;

/** A random history that ends a month after the change, with a third of its events within hours of it. */
function aHistoryAround(change: number): WireEvent[] {
  const end = dayOf(change) + LAST;
  const histories = historyArb({ today: dayText(end), maxEvents: 220 });
  const [history] = fc.sample(histories, { numRuns: 1, seed: 7 });
  const shift = startOfDay(end) - end * DAY_MS;
  const random = fc.sample(fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS }), {
    numRuns: history!.length,
    seed: 8,
  });
  return history!.map((event, index) => {
    const near = new Date(change + random[index]!).toISOString();
    const data =
      index % 7 === 0 && 'created_at' in event.data
        ? { ...event.data, created_at: near }
        : event.data;
    const time = new Date(Date.parse(event.time) + shift).toISOString();
    return { ...event, data, time: index % 3 === 0 ? near : time };
  });
}

describe.each(ZONES)('a store with days in %s', (zone, instant) => {
  const change = Date.parse(instant);
  let service: TestService;
  beforeAll(async () => {
    const settings = { REPORT_TIME_ZONE: zone, WEEK_START: 'sunday', REPORT_CRON: NEVER };
    service = await startTestService(settings);
  });
  afterAll(() => service?.close());

  test('has the reports and charts of the model around a change of the offset', async () => {
    useZone(zone, 'sunday');
    const history = aHistoryAround(change);
    const model = new Model(history);
    await sendToEach([service.api], history);
    const range = {
      start: dayText(dayOf(change) - 150),
      end: dayText(dayOf(change) + LAST),
    };
    const days = DAYS_AFTER.map((after) => dayOf(change) + after).filter(
      (day) => dayOf(startOfDay(day)) === day,
    );
    const runs = await expectTheModelsReports(service.api, model, days.map(dayText));
    const times = runs.map(({ report_time: at }, index) => [dayText(days[index]!), at]);
    expect(times).toEqual(days.map((day) => [dayText(day), endOfDay(day)]));
    await service.chartsAreFresh();
    expect(await readCharts(service.api, range)).toEqual(modelCharts(model, range));
  });

  if (zone === 'Pacific/Apia')
    test('a date that the zone skipped has no report', async () => {
      const body = { as_of: '2011-12-30' };
      expect(await service.api.post('/api/admin/v1/report_runs', body)).toMatchObject({
        status: 400,
        body: { errors: { as_of: [expect.any(String)] } },
      });
    });
});
