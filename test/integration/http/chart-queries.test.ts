import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Reply } from '../../support/api.js';
import { METRICS } from '../../support/reference.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import { DAY_MS } from '../../support/model/time.js';
import { WORLD } from '../../support/small-world.js';

interface Chart {
  chart_type: string;
  cadence: string;
  metrics: { date: string; result: number; cadence_completed: boolean }[];
}

let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
  await service.api.ingest(WORLD);
  await service.chartsAreFresh();
});
afterAll(() => service.close());

function chart(query: string, metric = 'signups'): Promise<Reply<Chart>> {
  return service.api.get<Chart>(`/api/backend/v1/chart_metrics/${metric}?${query}`);
}

/** The first days of the periods that a query covers. */
async function dates(query: string): Promise<string[]> {
  const { status, body } = await chart(query);
  expect([status, query]).toEqual([200, query]);
  return body.metrics.map(({ date }) => date);
}

async function expectWrong(query: string, field: string): Promise<void> {
  const { status, headers, body } = await chart(query);
  expect([query, status, body]).toEqual([query, 400, { [field]: [expect.stringMatching(/\w/)] }]);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
}

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}

describe('a chart', () => {
  test.each(Object.entries(METRICS))('%s is a %s, on both paths', async (metric, chart_type) => {
    const query = 'cadence=Monthly&start_date=2024-08-15&end_date=2024-08-15';
    const replies = await Promise.all(
      ['chart_metric', 'chart_metrics'].map((path) =>
        service.api.get(`/api/backend/v1/${path}/${metric}?${query}`),
      ),
    );
    const result = { signups: 2, orgs_created: 1, active_users: 2, active_orgs: 0 }[metric];
    const metrics = [{ date: '2024-08-01', result, cadence_completed: true }];
    for (const { status, body } of replies) {
      expect([status, body]).toEqual([200, { chart_type, cadence: 'Monthly', metrics }]);
    }
  });

  test('is daily by default', async () => {
    const { body } = await chart('start_date=2025-03-01&end_date=2025-03-02');
    expect(body.cadence).toBe('Daily');
    expect(body.metrics.map(({ date }) => date)).toEqual(['2025-03-01', '2025-03-02']);
  });

  test('accepts the names of the wire and of the reference', async () => {
    const query = 'cadence=Weekly&startDate=2025-03-01&endDate=2025-03-03';
    expect(await dates(query)).toEqual(['2025-02-24', '2025-03-03']);
  });

  test.each([['daily'], ['Hourly'], ['7'], ['constructor']])('refuses the cadence %s', (cadence) =>
    expectWrong(`cadence=${cadence}`, 'cadence'),
  );
});

describe('dates', () => {
  test.each([
    ['2025-03-01', '2025-03-01'],
    ['2025-03-01T00:00:00', '2025-03-01'],
    ['2025-03-01T23:59:59', '2025-03-01'],
    ['2025-03-01T23:59:59Z', '2025-03-01'],
    ['2025-03-01T23:59:59.999Z', '2025-03-01'],
    ['2025-03-01T23:59:59-05:00', '2025-03-02'],
    ['2025-03-01T01:59:59+02:00', '2025-02-28'],
    ['2024-02-29', '2024-02-29'],
  ])('%s is the UTC date %s, at either end', async (given, day) => {
    const date = encodeURIComponent(given);
    expect(await dates(`start_date=${date}&end_date=${day}`)).toEqual([day]);
    expect(await dates(`start_date=${day}&end_date=${date}`)).toEqual([day]);
  });

  test.each([
    ['2026-02-30'],
    ['2025-02-29'],
    ['2025-13-01'],
    ['2025-00-10'],
    ['2025-01-00'],
    ['2025-02-30T10:00:00'],
    ['2025-01-31T25:00:00'],
    ['2025-01-31Tnoon'],
    ['yesterday'],
    ['31.01.2025'],
    ['1738281600'],
    ['-000001-01-01'],
    ['2025-01-01\u0000'],
  ])('%j is refused, at either end', async (given) => {
    const date = encodeURIComponent(given);
    await expectWrong(`start_date=${date}&end_date=2025-01-31`, 'start_date');
    await expectWrong(`start_date=2025-01-01&end_date=${date}`, 'end_date');
    await expectWrong(`startDate=${date}&end_date=2025-01-31`, 'start_date');
  });

  test('a start after the end is a 400', async () => {
    await expectWrong('start_date=2025-03-02&end_date=2025-03-01', 'start_date');
    // The end is today when it is left out.
    await expectWrong('start_date=2999-01-01', 'start_date');
  });

  test.each([
    ['Daily', daysBefore('2025-03-31', 1099), daysBefore('2025-03-31', 1100)],
    ['Weekly', daysBefore('2025-03-31', 7 * 1099), daysBefore('2025-03-31', 7 * 1099 + 1)],
    // 91 years and 8 months
    ['Monthly', '1933-08-01', '1933-07-31'],
  ])('1,100 periods of %s are answered, one more is a 400', async (cadence, most, tooEarly) => {
    const query = `cadence=${cadence}&end_date=2025-03-31&start_date=`;
    const all = await dates(query + most);
    expect([all.length, all[0]]).toEqual([1100, most]);
    await expectWrong(query + tooEarly, 'start_date');
  });

  test('have a default start at the cadence’s distance before the end', async () => {
    const daily = await dates('end_date=2025-03-31');
    expect([daily.length, daily[0], daily.at(-1)]).toEqual([30, '2025-03-02', '2025-03-31']);
    const weekly = await dates('cadence=Weekly&end_date=2025-03-30');
    expect([weekly.length, weekly[0], weekly.at(-1)]).toEqual([12, '2025-01-06', '2025-03-24']);
    const monthly = await dates('cadence=Monthly&end_date=2025-03-31');
    expect([monthly.length, monthly[0], monthly.at(-1)]).toEqual([12, '2024-04-01', '2025-03-01']);
  });

  test('have today as the default end', async () => {
    const before = new Date().toISOString().slice(0, 10);
    const daily = await dates('');
    const after = new Date().toISOString().slice(0, 10);
    expect([before, after]).toContain(daily.at(-1));
    expect(daily[0]).toBe(daysBefore(daily.at(-1)!, 29));
  });

  test('in the future give zeros and incomplete periods', async () => {
    const { body } = await chart('start_date=2999-12-31&end_date=3000-01-01', 'active_users');
    const ahead = { result: 0, cadence_completed: false };
    expect(body.metrics).toEqual([
      { date: '2999-12-31', ...ahead },
      { date: '3000-01-01', ...ahead },
    ]);
  });

  test.each([['Daily'], ['Weekly'], ['Monthly']])(
    'up to the last representable date get a reply, %s',
    async (cadence) => {
      for (const metric of Object.keys(METRICS)) {
        const query = `cadence=${cadence}&start_date=9999-12-31&end_date=9999-12-31`;
        const { status, body } = await chart(query, metric);
        expect([metric, status]).toEqual([metric, 200]);
        expect(body.metrics).toHaveLength(1);
      }
    },
  );
});
