import { describe, expect, test } from '@jest/globals';
import { Model } from '../model.js';
import { active, added, deleted, orgCreated, userCreated } from './telling.js';

describe('charts', () => {
  test('weeks run Monday to Sunday, whole beyond the range, and count a user once', () => {
    const model = new Model([
      ...active('a', '2025-12-28 23:59:59.999', '2025-12-29 00:00', '2026-01-04 23:59:59.999'),
      ...active('b', '2026-01-05 00:00', '2026-01-11'),
      ...active('c', '2026-01-11'),
      ...active('d', '2026-01-12 00:00'),
    ]);
    // 2026-01-01 is a Thursday.
    expect(model.chart('active_users', 'Weekly', '2026-01-01', '2026-01-05', '2026-01-06')).toEqual(
      {
        chart_type: 'ActiveUsers',
        cadence: 'Weekly',
        metrics: [
          { date: '2025-12-29', result: 1, cadence_completed: true },
          { date: '2026-01-05', result: 2, cadence_completed: false },
        ],
      },
    );
  });

  test('months are whole, a signup is on the day of created_at, deleted users stay in', () => {
    const model = new Model([
      userCreated('a', '2026-03-10', { created_at: '2026-01-01T00:00:00Z' }),
      userCreated('b', '2026-02-28 23:59:59.999'),
      userCreated('c', '2026-03-01 00:00'),
      userCreated('c', '2026-02-20', { created_at: '2026-03-31T23:59:59.999Z' }),
      deleted('user', 'c', '2026-03-02'),
      userCreated('d', '2026-04-01 00:00'),
    ]);
    expect(model.chart('signups', 'Monthly', '2026-01-31', '2026-03-01', '2026-03-01')).toEqual({
      chart_type: 'Signups',
      cadence: 'Monthly',
      metrics: [
        { date: '2026-01-01', result: 1, cadence_completed: true },
        { date: '2026-02-01', result: 1, cadence_completed: true },
        { date: '2026-03-01', result: 1, cadence_completed: false },
      ],
    });
  });

  test('days without anything are zeros, and a day is completed once it is over', () => {
    const model = new Model([orgCreated('x', '2026-03-29'), orgCreated('y', '2026-03-29')]);
    expect(model.chart('orgs_created', 'Daily', '2026-03-29', '2026-03-31', '2026-03-31')).toEqual({
      chart_type: 'OrgsCreated',
      cadence: 'Daily',
      metrics: [
        { date: '2026-03-29', result: 2, cadence_completed: true },
        { date: '2026-03-30', result: 0, cadence_completed: true },
        { date: '2026-03-31', result: 0, cadence_completed: false },
      ],
    });
  });

  test('deleting an org or a user does not change the activity of the past', () => {
    const before = [
      added('u', 'x', '2026-03-02'),
      added('u', 'y', '2026-03-03'),
      ...active('u', '2026-03-02', '2026-03-03', '2026-03-04'),
    ];
    const after = [deleted('org', 'x', '2026-03-05'), deleted('user', 'u', '2026-03-05')];
    const late = active('u', '2026-03-05 23:00', '2026-03-06');
    const chart = (metric: 'active_orgs' | 'active_users') =>
      new Model([...before, ...after, ...late])
        .chart(metric, 'Daily', '2026-03-01', '2026-03-06', '2026-03-31')
        .metrics.map(({ result }) => result);
    expect(chart('active_orgs')).toEqual([0, 1, 2, 2, 2, 0]);
    expect(chart('active_users')).toEqual([0, 1, 1, 1, 1, 1]);
  });
});
