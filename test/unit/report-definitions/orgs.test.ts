import { describe, expect, test } from '@jest/globals';
import { Calendar } from '#libs/contracts';
import { reportsOf } from './build.js';

describe('churn: orgs created before W and not active in W', () => {
  test.each([
    ['7', 7],
    ['14', 14],
    ['30', 30],
  ])('%s days', (interval, days) => {
    const reports = reportsOf({
      orgs: {
        'the first day of W': { created: 200, active: [days - 1] },
        'the day before W': { created: 200, active: [days] },
        'created before W': { created: days },
        'created in W': { created: days - 1 },
      },
    });
    expect(reports.ids('org', 'churn', interval)).toEqual(['the day before W', 'created before W']);
  });

  test('the largest first, then the oldest, then by the bytes of their ids', () => {
    const reports = reportsOf({
      orgs: {
        empty: { created: 300 },
        large: { created: 100, members: 5 },
        old: { created: 200, members: 2 },
        young: { created: 100, members: 2 },
        é: { created: 150, members: 2 },
        Zeta: { created: 150, members: 2 },
        alpha: { created: 150, members: 2 },
      },
    });
    expect(reports.ids('org', 'churn', '7')).toEqual([
      ...['large', 'old', 'Zeta', 'alpha', 'é', 'young', 'empty'],
    ]);
  });

  test('ages are compared in whole seconds', () => {
    const at = Date.UTC(2025, 0, 1);
    const reports = reportsOf({
      orgs: {
        b: { created: { at: at + 100 } },
        a: { created: { at: at + 999 } },
        c: { created: { at: at - 1 } },
      },
    });
    expect(reports.ids('org', 'churn', '7')).toEqual(['c', 'a', 'b']);
  });

  test('a repeated hour: an org created later but on an earlier date was created before W', () => {
    const change = Date.parse('2010-11-07T02:31:00Z');
    const orgs = {
      on: { created: { at: change - 30_000 } },
      before: { created: { at: change + 60_000 } },
    };
    const day = Date.UTC(2010, 10, 13);
    const reports = reportsOf({ orgs }, day, new Calendar('America/St_Johns'));
    expect(reports.ids('org', 'churn', '7')).toEqual(['before']);
  });
});

describe('reengagement: orgs created before P, active in W and not in P', () => {
  test.each([
    ['Weekly', 7],
    ['Monthly', 30],
  ])('%s', (interval, n) => {
    const reports = reportsOf({
      orgs: {
        'a first day of W': { created: 200, active: [n - 1] },
        'a last day of P': { created: 200, active: [n, 0] },
        'a first day of P': { created: 200, active: [2 * n - 1, 0] },
        'a day before P': { created: 200, active: [2 * n, 0], members: 1 },
        'created before P': { created: 2 * n, active: [0] },
        'created in P': { created: 2 * n - 1, active: [0] },
        'not active': { created: 200 },
      },
    });
    expect(reports.ids('org', 'reengagement', interval)).toEqual([
      ...['a day before P', 'a first day of W', 'created before P'],
    ]);
  });
});

describe('growth: orgs with more additions than removals in W', () => {
  const days = (count: number, age = 1) => new Array<number>(count).fill(age);

  test('by the difference, then by the additions, then by id', () => {
    const reports = reportsOf({
      orgs: {
        equal: { created: 200, added: days(2), removed: days(2) },
        shrunk: { created: 200, added: days(1), removed: days(2) },
        one: { created: 200, added: days(1) },
        busy: { created: 200, added: days(9), removed: days(6) },
        b: { created: 200, added: days(3) },
        a: { created: 0, added: days(3), members: 1 },
      },
    });
    expect(reports.list('org', 'growth', '30')).toEqual([
      ['busy', 9, 6],
      ['a', 3, 0],
      ['b', 3, 0],
      ['one', 1, 0],
    ]);
  });

  test('a change counts in each window that contains its day', () => {
    const orgs = { x: { created: 200, added: [29, 30, 59, 60, 89, 90], removed: [30] } };
    const reports = reportsOf({ orgs });
    expect(reports.list('org', 'growth', '30')).toEqual([['x', 1, 0]]);
    expect(reports.list('org', 'growth', '60')).toEqual([['x', 3, 1]]);
    expect(reports.list('org', 'growth', '90')).toEqual([['x', 5, 1]]);
  });
});

describe('attrition: orgs with a removal in W', () => {
  const days = (count: number, age = 1) => new Array<number>(count).fill(age);

  test('by the removals, then by the difference, the greatest loss first, then by id', () => {
    const reports = reportsOf({
      orgs: {
        'no loss': { created: 200, added: days(3) },
        grown: { created: 200, added: days(7), removed: days(2) },
        b: { created: 200, removed: days(2), members: 9 },
        a: { created: 200, removed: days(2) },
        equal: { created: 200, added: days(2), removed: days(2) },
        most: { created: 200, added: days(5), removed: days(3) },
      },
    });
    expect(reports.list('org', 'attrition', '30')).toEqual([
      ['most', 5, 3, 2],
      ['a', 0, 2, -2],
      ['b', 0, 2, -2],
      ['equal', 2, 2, 0],
      ['grown', 7, 2, 5],
    ]);
  });

  test('the first day of W counts and the day before it does not', () => {
    const orgs = {
      first: { created: 200, removed: [29] },
      before: { created: 200, removed: [30, 59, 60] },
    };
    const reports = reportsOf({ orgs });
    expect(reports.list('org', 'attrition', '30')).toEqual([['first', 0, 1, -1]]);
    expect(reports.list('org', 'attrition', '60')).toEqual([
      ['before', 0, 2, -2],
      ['first', 0, 1, -1],
    ]);
  });
});
