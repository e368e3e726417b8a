import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { useSharedService, type SharedService } from '../support/shared-service.js';
import {
  active,
  added,
  deleted,
  orgCreated,
  removed,
  userCreated,
} from '../support/model/fixtures/builders.js';

/*
 * Ann signs up on 02-28, Bob on 03-01 though his event is a day later, Cat twice: her first creation
 * counts. Bob is deleted later, which changes nothing of the past.
 * Vic is in the hub from 03-03 to 10 o'clock of 03-12. He is active on 03-12 after he left, which
 * still counts for the hub, and on 03-13, which does not; a user who was never created is in the den and
 * active on 03-13. Later Vic is deleted and so is the hub.
 */
let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
  await service.api.ingest([
    userCreated('ann', '2025-02-28'),
    userCreated('bob', '2025-03-02', { created_at: '2025-03-01T10:00:00Z' }),
    userCreated('cat', '2025-03-04'),
    userCreated('cat', '2025-03-03'),
    ...active('ann', '2025-03-01', '2025-03-02', '2025-03-31'),
    deleted('user', 'bob', '2025-03-20'),
    orgCreated('hub', '2025-03-01'),
    orgCreated('den', '2025-03-03'),
    userCreated('vic', '2024-06-01'),
    added('vic', 'hub', '2025-03-03'),
    removed('vic', 'hub', '2025-03-12 10:00'),
    ...active('vic', '2025-03-12 23:00', '2025-03-13'),
    added('never created', 'den', '2025-03-13'),
    ...active('never created', '2025-03-13'),
    deleted('user', 'vic', '2025-03-25'),
    deleted('org', 'hub', '2025-03-26'),
  ]);
  await service.chartsAreFresh();
});
afterAll(() => service.close());

interface Point {
  date: string;
  result: number;
  cadence_completed: boolean;
}

async function points(metric: string, query: string): Promise<Point[]> {
  const { body } = await service.api.get<{ metrics: Point[] }>(
    `/api/backend/v1/chart_metrics/${metric}?${query}`,
  );
  return body.metrics;
}

async function results(metric: string, query: string): Promise<[string, number][]> {
  return (await points(metric, query)).map(({ date, result }) => [date.slice(5), result]);
}

describe('signups and orgs created', () => {
  test('count by the day of creation, deleted users and orgs included', async () => {
    const days = 'start_date=2025-02-28&end_date=2025-03-04';
    expect(await results('signups', days)).toEqual([
      ['02-28', 1],
      ['03-01', 1],
      ['03-02', 0],
      ['03-03', 1],
      ['03-04', 0],
    ]);
    const months = 'cadence=Monthly&start_date=2025-03-31&end_date=2025-04-01';
    expect(await results('orgs_created', months)).toEqual([
      ['03-01', 2],
      ['04-01', 0],
    ]);
  });
});

describe('active users', () => {
  test('count once a week, even when the week crosses the end of a month', async () => {
    // The week of 02-24 has Ann (02-28 … 03-02) and Bob; the next one Cat; that of 03-10 Vic and
    // the one never created; the last one, which begins on 03-31, Ann again.
    const weeks = 'cadence=Weekly&start_date=2025-03-02&end_date=2025-03-31';
    expect(await results('active_users', weeks)).toEqual([
      ['02-24', 2],
      ['03-03', 1],
      ['03-10', 2],
      ['03-17', 0],
      ['03-24', 0],
      ['03-31', 1],
    ]);
  });

  test('count once in each month in which they were active', async () => {
    const months = 'cadence=Monthly&start_date=2025-02-28&end_date=2025-03-01';
    expect(await results('active_users', months)).toEqual([
      ['02-01', 1],
      ['03-01', 5],
    ]);
  });
});

describe('active orgs', () => {
  test('count the whole last day of a membership, and no activity after it', async () => {
    const days = 'start_date=2025-03-11&end_date=2025-03-14';
    expect(await results('active_orgs', days)).toEqual([
      ['03-11', 0],
      ['03-12', 1],
      ['03-13', 1],
      ['03-14', 0],
    ]);
  });

  test('count each org once in a week or a month, deleted ones included', async () => {
    const one = 'start_date=2025-03-10&end_date=2025-03-10';
    expect(await results('active_orgs', `cadence=Weekly&${one}`)).toEqual([['03-10', 2]]);
    expect(await results('active_orgs', `cadence=Monthly&${one}`)).toEqual([['03-01', 2]]);
  });
});

describe('cadence_completed', () => {
  test.each(['Daily', 'Weekly', 'Monthly'])(
    '%s is true for all periods before the current one',
    async (cadence) => {
      const all = await points('active_users', `cadence=${cadence}`);
      const expected = all.map((_, i) => i < all.length - 1);
      expect(all.map(({ cadence_completed }) => cadence_completed)).toEqual(expected);
      expect(all.length).toBeGreaterThan(1);
    },
  );
});
