import { describe, expect, test } from '@jest/globals';
import { LONG_AGO, ids, users } from './asking.js';
import { active, invited, userCreated } from './telling.js';

describe('user reports', () => {
  test('champions: each window takes in its first day and today, a day counts once', () => {
    const days = ['2025-12-31', '2026-01-01', '2026-01-30', '2026-01-31', '2026-03-01'];
    const inside = ['2026-03-02 00:00', '2026-03-02 23:59', '2026-03-31 23:59:59.999'];
    const events = [userCreated('u', LONG_AGO), ...active('u', ...days, ...inside)];
    const counts = ['30', '60', '90'].map((interval) => users(events, 'champion', interval));
    expect(counts.map(([row]) => row?.extra_properties['num_active_days'])).toEqual([2, 4, 6]);
  });

  test('inviters: an address counts once however it is written, an invite after T not', () => {
    const events = [
      userCreated('u', LONG_AGO),
      userCreated('idle', LONG_AGO),
      invited('u', 'Ann@Example.com', '2026-03-02 00:00'),
      invited('u', '  ann@example.COM ', '2026-03-03'),
      invited('u', 'early@example.com', '2026-03-01 23:59:59.999'),
      invited('u', 'at-t@example.com', '2026-03-31 23:59:59'),
      invited('u', 'late@example.com', '2026-03-31 23:59:59.001'),
    ];
    expect(users(events, 'top_inviter', '30')).toMatchObject([
      { user_id: 'u', extra_properties: { num_invites: 2 } },
    ]);
  });

  test('ties order by last_active_at to the second, then by the bytes of the id', () => {
    const same = ['\u{1F600}', '\uFB00', 'a', 'B', 'aa'];
    const events = [
      ...same.map((id, i) => userCreated(id, `2026-03-10 10:00:00.${9 - i}`)),
      userCreated('z', '2026-03-10 10:00:01'),
      userCreated('most', '2026-03-03'),
      ...active('most', '2026-03-04'),
    ];
    expect(ids(users(events, 'champion', '30'))).toEqual([
      ...['most', 'z', 'B', 'a', 'aa', '\uFB00', '\u{1F600}'],
    ]);
  });

  test('re-engaged: created before P(n), active in W(n), not active in P(n)', () => {
    const events = [
      userCreated('back', '2026-03-17 23:59:59.999'),
      ...active('back', '2026-03-25 00:00'),
      userCreated('too young', '2026-03-18 00:00'),
      ...active('too young', '2026-03-25'),
      userCreated('not away', LONG_AGO),
      ...active('not away', '2026-03-24 23:59:59.999', '2026-03-26'),
      userCreated('still away', LONG_AGO),
      userCreated('back too', LONG_AGO),
      ...active('back too', '2026-03-17', '2026-03-31'),
    ];
    expect(ids(users(events, 'reengagement', 'Weekly'))).toEqual(['back too', 'back']);
    // P(30) holds nothing of 'still away' and the others, W(30) something of the old ones.
    expect(ids(users(events, 'reengagement', 'Monthly'))).toEqual(['back too', 'not away']);
  });

  test('churned: created before W(n), not active in W(n)', () => {
    const events = [
      userCreated('a', '2026-03-17'),
      userCreated('b', '2026-03-24 23:59:59.999'),
      userCreated('c', '2026-03-25 00:00'),
      userCreated('d', LONG_AGO),
      ...active('d', '2026-03-25 00:00'),
    ];
    expect(ids(users(events, 'churn', '7'))).toEqual(['b', 'a']);
    expect(ids(users(events, 'churn', '14'))).toEqual(['a']);
    expect(ids(users(events, 'churn', '30'))).toEqual([]);
  });
});
