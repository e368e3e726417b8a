import { describe, expect, test } from '@jest/globals';
import { Calendar } from '#libs/contracts';
import { reportsOf } from './build.js';

describe('champion: users by their active days in W, at least one', () => {
  const reports = reportsOf({
    users: {
      first: { created: 200, active: [29] },
      outside: { created: 200, active: [30, 31] },
      twice: { created: 200, active: [29, 5] },
      later: { created: 200, active: [8, 4] },
      never: { created: 200 },
    },
  });

  test('the first day of W counts and the day before it does not; equal counts by last activity', () => {
    expect(reports.list('user', 'champion', '30')).toEqual([
      ['later', 2],
      ['twice', 2],
      ['first', 1],
    ]);
  });

  test('longer windows reach further back, up to 90 days', () => {
    expect(reports.list('user', 'champion', '60')).toEqual([
      ['later', 2],
      ['twice', 2],
      ['outside', 2],
      ['first', 1],
    ]);
    const old = reportsOf({
      users: { last: { created: 99, active: [89] }, gone: { created: 99, active: [90] } },
    });
    expect(old.list('user', 'champion', '90')).toEqual([['last', 1]]);
  });

  test('equal counts and last activities are in the order of the bytes of their ids', () => {
    const same = { created: 200, active: [3] };
    const ties = reportsOf({ users: { é: same, zoe: same, Ann: same, ann: same, '10': same } });
    expect(ties.ids('user', 'champion', '30')).toEqual(['10', 'Ann', 'ann', 'zoe', 'é']);
  });

  test('one second decides between equal counts', () => {
    const user = (seconds: number) => ({ created: 200, active: [3], seconds });
    const ties = reportsOf({ users: { a: user(1), b: user(2), c: user(0) } });
    expect(ties.ids('user', 'champion', '30')).toEqual(['b', 'a', 'c']);
  });
});

describe('top_inviter: users by the addresses that they invited in W, at least one', () => {
  const reports = reportsOf({
    users: {
      ann: { created: 200, active: [9], invited: [0, 29] },
      bob: { created: 200, active: [2], invited: [1, 1] },
      cid: { created: 200, active: [2], invited: [3, 4] },
      dan: { created: 200, active: [0], invited: [30, 59, 60] },
      eve: { created: 200, active: [0] },
      fay: { created: 200, active: [95], invited: [5] },
    },
  });

  test('equal numbers by last activity, then by id; activity itself is not needed', () => {
    expect(reports.list('user', 'top_inviter', '30')).toEqual([
      ['bob', 2],
      ['cid', 2],
      ['ann', 2],
      ['fay', 1],
    ]);
  });

  test('an invite counts in each window that contains its day', () => {
    expect(reports.list('user', 'top_inviter', '60').slice(0, 1)).toEqual([['dan', 2]]);
    expect(reports.list('user', 'top_inviter', '90').slice(0, 1)).toEqual([['dan', 3]]);
  });
});

describe('reengagement: users created before P, active in W and not in P', () => {
  test('Weekly: W is the days 0 to 6, P the days 7 to 13', () => {
    const reports = reportsOf({
      users: {
        'the first day of W': { created: 200, active: [6] },
        'the day before P': { created: 200, active: [14, 3] },
        'the first day of P': { created: 200, active: [13, 3] },
        'the last day of P': { created: 200, active: [7, 3] },
        'not in W': { created: 200, active: [14] },
        'created before P': { created: 14, active: [0] },
        'created in P': { created: 13, active: [0] },
      },
    });
    expect(reports.ids('user', 'reengagement', 'Weekly')).toEqual([
      'created before P',
      'the day before P',
      'the first day of W',
    ]);
  });

  test('Monthly: W is the days 0 to 29, P the days 30 to 59', () => {
    const reports = reportsOf({
      users: {
        w: { created: 60, active: [29, 60] },
        p: { created: 60, active: [29, 30] },
        'p begins': { created: 60, active: [0, 59] },
        young: { created: 59, active: [0] },
      },
    });
    expect(reports.ids('user', 'reengagement', 'Monthly')).toEqual(['w']);
  });

  test('ties are by id', () => {
    const same = { created: 200, active: [2] };
    const reports = reportsOf({ users: { b: same, c: { created: 200, active: [1] }, a: same } });
    expect(reports.ids('user', 'reengagement', 'Weekly')).toEqual(['c', 'a', 'b']);
  });
});

describe('churn: users created before W and not active in W', () => {
  test.each([
    ['7', 7],
    ['14', 14],
    ['30', 30],
  ])('%s days', (interval, days) => {
    const reports = reportsOf({
      users: {
        'the first day of W': { created: 200, active: [days - 1] },
        'the day before W': { created: 200, active: [days] },
        'a year ago': { created: 365 },
        'created before W': { created: days },
        'created in W': { created: days - 1 },
      },
    });
    expect(reports.ids('user', 'churn', interval)).toEqual([
      'created before W',
      'the day before W',
      'a year ago',
    ]);
  });

  test('days are compared, not instants: midnight is the border', () => {
    // W(7) of 2026-01-31 begins on 2026-01-25.
    const midnight = Date.UTC(2026, 0, 25);
    const reports = reportsOf({
      users: { before: { created: { at: midnight - 1000 } }, on: { created: { at: midnight } } },
    });
    expect(reports.ids('user', 'churn', '7')).toEqual(['before']);
  });
});

test('a repeated hour: a user created later but on an earlier date was created before W', () => {
  // On 2010-11-07, clocks in St. John's went back from 00:01 to 23:01 of the day before. W(7) of 11-13 begins then.
  const change = Date.parse('2010-11-07T02:31:00Z');
  const reports = reportsOf(
    {
      users: {
        'on the date': { created: { at: change - 30_000 }, active: [6] },
        'on the date before': { created: { at: change + 60_000 }, active: [7] },
      },
    },
    Date.UTC(2010, 10, 13),
    new Calendar('America/St_Johns'),
  );
  expect(reports.ids('user', 'churn', '7')).toEqual(['on the date before']);
  expect(reports.ids('user', 'champion', '30')).toHaveLength(2);
});
