import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ChartMetric,
  ChartMetricCadence,
  getApis,
  RateLimitedException,
  type ChampionReportInterval,
} from '@propelauth/node-apis';
import type { Api, Reply } from '../support/api.js';
import { plantKey } from '../support/keys.js';
import { redirectFetch } from '../support/redirect.js';
import { startTestService, TEST_KEY } from '../support/service.js';
import { useSharedService, type SharedService } from '../support/shared-service.js';
import { ANN_SIGNUP, USERS, WORLD } from '../support/small-world.js';

const AUTH_URL = new URL('https://auth.example.com');
const { SIGNUPS, ORGS_CREATED, ACTIVE_USERS, ACTIVE_ORGS } = ChartMetric;
const { DAILY, WEEKLY, MONTHLY } = ChartMetricCadence;

let service: SharedService;
let origin: string;
const putBack = redirectFetch('https://propelauth-api.com', () => origin);
const client = getApis(AUTH_URL, TEST_KEY);

beforeAll(async () => {
  service = await useSharedService();
  origin = service.origin;
  await service.api.ingest(WORLD);
  await service.chartsAreFresh();
});
afterAll(async () => {
  putBack();
  await service.close();
});

/** The complete periods of a chart: the first day of each, and its value. */
function complete(metrics: Record<string, number>): object[] {
  return Object.entries(metrics).map(([date, result]) => ({
    date,
    result,
    cadenceCompleted: true,
  }));
}

describe('charts', () => {
  test.each([
    [SIGNUPS, 'Signups', { '2024-06-01': 1, '2024-07-01': 1, '2024-08-01': 2 }],
    [ORGS_CREATED, 'OrgsCreated', { '2024-06-01': 1, '2024-07-01': 1, '2024-08-01': 1 }],
    [ACTIVE_USERS, 'ActiveUsers', { '2024-06-01': 1, '2024-07-01': 1, '2024-08-01': 2 }],
    [ACTIVE_ORGS, 'ActiveOrgs', { '2024-06-01': 0, '2024-07-01': 0, '2024-08-01': 0 }],
  ])(
    '%s by month has every month that the dates touch, whole',
    async (metric, chartType, months) => {
      const dates = [new Date('2024-06-30T00:00:00Z'), new Date('2024-08-01T23:59:59Z')] as const;
      expect(await client.fetchChartMetricData(metric, MONTHLY, ...dates)).toEqual({
        chartType,
        cadence: 'Monthly',
        metrics: complete(months),
      });
    },
  );

  test.each([
    [SIGNUPS, { '2025-02-24': 0, '2025-03-03': 0, '2025-03-10': 0, '2025-03-17': 0 }],
    [ORGS_CREATED, { '2025-02-24': 0, '2025-03-03': 0, '2025-03-10': 0, '2025-03-17': 0 }],
    // ann 03-10, dee 03-15, bob 03-20
    [ACTIVE_USERS, { '2025-02-24': 0, '2025-03-03': 0, '2025-03-10': 2, '2025-03-17': 1 }],
    // acme and beta by ann, beta again and echo by dee; acme and duo by bob
    [ACTIVE_ORGS, { '2025-02-24': 0, '2025-03-03': 0, '2025-03-10': 3, '2025-03-17': 2 }],
  ])('%s by week has weeks from Monday to Sunday, zeros included', async (metric, weeks) => {
    const dates = [new Date('2025-03-01T12:00:00Z'), new Date('2025-03-17T00:00:00Z')] as const;
    const { cadence, metrics } = await client.fetchChartMetricData(metric, WEEKLY, ...dates);
    expect([cadence, metrics]).toEqual(['Weekly', complete(weeks)]);
  });

  test.each([
    [SIGNUPS, { '2024-07-31': 0, '2024-08-01': 1, '2024-08-02': 1, '2024-08-03': 0 }],
    [ORGS_CREATED, { '2024-07-31': 0, '2024-08-01': 0, '2024-08-02': 1, '2024-08-03': 0 }],
    [ACTIVE_USERS, { '2024-07-31': 0, '2024-08-01': 1, '2024-08-02': 1, '2024-08-03': 0 }],
    [ACTIVE_ORGS, { '2024-07-31': 0, '2024-08-01': 0, '2024-08-02': 0, '2024-08-03': 0 }],
  ])('%s by day has each day of the range, zeros included', async (metric, days) => {
    const dates = [new Date('2024-07-31T00:00:00Z'), new Date('2024-08-03T00:00:00Z')] as const;
    const { cadence, metrics } = await client.fetchChartMetricData(metric, DAILY, ...dates);
    expect([cadence, metrics]).toEqual(['Daily', complete(days)]);
  });

  test.each([
    [DAILY, 30],
    [WEEKLY, 12],
    [MONTHLY, 12],
  ])(
    '%s without dates has the last %i periods, the last one incomplete',
    async (cadence, count) => {
      const { metrics } = await client.fetchChartMetricData(ACTIVE_USERS, cadence);
      expect(metrics).toHaveLength(count);
      expect(metrics.map(({ cadenceCompleted }) => cadenceCompleted)).toEqual([
        ...metrics.slice(1).map(() => true),
        false,
      ]);
    },
  );
});

describe('signup query parameters', () => {
  test('of a user are an object of strings, empty when there are none', async () => {
    expect(await client.fetchUserSignupQueryParams(USERS.ann)).toEqual({
      userSignupQueryParameters: ANN_SIGNUP,
    });
    expect(await client.fetchUserSignupQueryParams(USERS.bob)).toEqual({
      userSignupQueryParameters: {},
    });
  });

  test('of an unknown user are null', async () => {
    const unknown = '31c41c16-c281-44ae-9602-8a047e3bf33d';
    expect(await client.fetchUserSignupQueryParams(unknown)).toBeNull();
  });
});

/** Every endpoint once, through a client with that key. */
function everyCall(key: string): Promise<unknown>[] {
  const apis = getApis(AUTH_URL, key);
  return [
    apis.fetchUserTopInviterReport(),
    apis.fetchUserChampionReport(),
    apis.fetchUserReengagementReport(),
    apis.fetchUserChurnReport(),
    apis.fetchOrgReengagementReport(),
    apis.fetchOrgChurnReport(),
    apis.fetchOrgGrowthReport(),
    apis.fetchOrgAttritionReport(),
    apis.fetchChartMetricData(SIGNUPS, DAILY),
    apis.fetchUserSignupQueryParams(USERS.ann),
  ];
}

async function reasons(calls: Promise<unknown>[]): Promise<unknown[]> {
  const results = await Promise.allSettled(calls);
  return results.map((result) =>
    result.status === 'rejected' ? (result.reason as Error) : result.status,
  );
}

describe('errors in the client', () => {
  const unknownError = expect.objectContaining({
    message: expect.stringMatching(/^Unknown error when fetching/),
  });

  test('a wrong key gives the error "incorrect key" at every endpoint', async () => {
    const errors = await reasons(everyCall('wrong'));
    expect(errors).toEqual(errors.map(() => new Error('integrationApiKey is incorrect')));
    expect(errors).toHaveLength(10);
  });

  test('a key without the scope gives an error, not empty results', async () => {
    const key = await plantKey(service.databaseUrl, 'only ingests', 'ingest');
    const errors = await reasons(everyCall(key));
    expect(errors).toEqual(errors.map(() => unknownError));
  });

  test('a wrong query gives an error, not empty results', async () => {
    const errors = await reasons([
      client.fetchUserChampionReport('31' as ChampionReportInterval),
      client.fetchUserChurnReport(undefined, { pageSize: 101 }),
      client.fetchOrgGrowthReport(undefined, { pageNumber: -1 }),
      client.fetchChartMetricData('logins' as ChartMetric, DAILY),
      client.fetchChartMetricData(SIGNUPS, 'Hourly' as ChartMetricCadence),
      client.fetchChartMetricData(SIGNUPS, DAILY, new Date('2025-02-02'), new Date('2025-02-01')),
    ]);
    expect(errors).toEqual(errors.map(() => unknownError));
  });

  test('too many requests give a readable message at every endpoint', async () => {
    const limited = await startTestService({ READ_RATE_LIMIT: '1' }, 'api');
    try {
      origin = limited.origin;
      const { body } = await tooMany(limited.api);
      expect(body).toMatch(/^[A-Z].*\w.*\.$/);
      const errors = await reasons(everyCall(TEST_KEY));
      expect(errors).toHaveLength(10);
      for (const error of errors) expect(error).toBeInstanceOf(RateLimitedException);
      // Shown verbatim; what it says of the seconds left may differ.
      const shown = (errors as Error[]).map(({ message }) => message.replace(/\d+/g, 'n'));
      expect(shown).toEqual(shown.map(() => body.replace(/\d+/g, 'n')));
    } finally {
      origin = service.origin;
      await limited.close();
    }
  });

  /** Sends requests until the limit is reached. */
  async function tooMany(api: Api): Promise<Reply<string>> {
    for (let asked = 0; asked < 100; asked++) {
      const reply = await api.get<string>('/api/backend/v1/chart_metrics/signups');
      if (reply.status === 429) return reply;
    }
    throw new Error('no limit was reached');
  }
});
