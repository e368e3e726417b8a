import { describe, expect, test } from '@jest/globals';
import { indexColumn } from '../../../libs/reports/definitions/index.js';
import { reportsOf, type OrgCase } from './build.js';

describe('slipping: orgs created before P with at least 30 % fewer active users in W than in P', () => {
  const slipped = (before14: number, last14: number, created = 200): OrgCase => ({
    ...{ created, activeUsers: { before14, last14, before30: 0, last30: 0 } },
  });

  test('the greatest loss first, then the most active users before, then by id', () => {
    const reports = reportsOf({
      orgs: {
        b: slipped(10, 7),
        a: slipped(10, 7),
        'more before': slipped(11, 8),
        smaller: slipped(4, 1),
        most: slipped(9, 2),
        'too few lost': slipped(10, 8),
        'too few before': slipped(2, 1),
        gone: slipped(9, 0),
        grown: slipped(3, 9),
      },
    });
    // 11 to 8 is a loss of 27 %.
    expect(reports.list('org', 'slipping', '14')).toEqual([
      ['most', 9, 2],
      ['a', 10, 7],
      ['b', 10, 7],
      ['smaller', 4, 1],
    ]);
    expect(reports.ids('org', 'slipping', '30')).toEqual([]);
  });

  test('only orgs created before the first day of P, per interval', () => {
    const activeUsers = { before14: 3, last14: 1, before30: 3, last30: 1 };
    const orgs = Object.fromEntries(
      [27, 28, 59, 60].map((created) => [`${created}`, { created, activeUsers }]),
    );
    const reports = reportsOf({ orgs });
    expect(reports.ids('org', 'slipping', '14')).toEqual(['28', '59', '60']);
    expect(reports.ids('org', 'slipping', '30')).toEqual(['60']);
  });
});

describe('champion_lost: orgs whose champion did not stay', () => {
  test('a champion has at least 5 days; the most days first, then by id', () => {
    const of = (...champion: NonNullable<OrgCase['champion']>) => ({ created: 0, champion });
    const reports = reportsOf({
      orgs: {
        b: of(8, 5, false),
        a: of(9, 5, false),
        most: of(7, 30, false),
        few: of(7, 4, false),
        stayed: of(7, 30, true),
        none: { created: 200 },
      },
    });
    expect(reports.list('org', 'champion_lost', '30')).toEqual([
      ['most', 7, 30],
      ['a', 9, 5],
      ['b', 8, 5],
    ]);
  });
});

describe('owner_lost: orgs that lost their last owner', () => {
  test('the latest loss first, then by id; times are unsigned', () => {
    const reports = reportsOf({
      orgs: {
        b: { created: 0, lostOwner: 1_700_000_000 },
        a: { created: 0, lostOwner: 1_700_000_000 },
        late: { created: 0, lostOwner: 3_000_000_000 },
        owned: { created: 0 },
      },
    });
    const listed = reports.list('org', 'owner_lost', '30');
    expect(listed.map(([id, at]) => [id, at! >>> 0])).toEqual([
      ['late', 3_000_000_000],
      ['a', 1_700_000_000],
      ['b', 1_700_000_000],
    ]);
  });
});

describe('health: every org created before W(14)', () => {
  const healthy = {
    ...{ members: 4, userDays: 48, active: [0] },
    activeUsers: { last30: 4, before30: 4 },
  };

  test('the lowest score first, then by id', () => {
    const reports = reportsOf({
      orgs: {
        quiet: { created: 200, active: [40] },
        b: { created: 14, ...healthy },
        a: { created: 14, ...healthy },
        young: { created: 13, ...healthy },
        half: { created: 14, ...healthy, members: 8, active: [15] },
      },
    });
    expect(reports.list('org', 'health', '30')).toEqual([
      ['quiet', 0, 0, 0, 0, 0],
      ['half', 62, 50, 100, 50, 50],
      ['a', 90, 100, 100, 50, 100],
      ['b', 90, 100, 100, 50, 100],
    ]);
  });

  test('the index has one more than the score, and 0 for a young org', () => {
    const orgs = { a: { created: 14, ...healthy }, b: { created: 13, ...healthy } };
    const { facts } = reportsOf({ orgs });
    expect([...indexColumn(facts, 'org', 'health_score')]).toEqual([91, 0]);
  });
});
