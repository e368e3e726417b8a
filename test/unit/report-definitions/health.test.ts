import { describe, expect, it } from '@jest/globals';
import { healthOf, type HealthFacts } from '../../../libs/reports/definitions/health.js';
import { isSlipping } from '../../../libs/reports/definitions/slipping.js';

const WEIGHTS = { adoption: 40, frequency: 25, trend: 20, recency: 15 };
const FACTS: HealthFacts = { active: 4, before: 4, members: 5, userDays: 48, daysSinceLast: 0 };

describe('The health of an org', () => {
  it('is the weighted mean of its parts, rounded down', () => {
    expect(healthOf(FACTS, WEIGHTS)).toEqual({
      ...{ score: 82, adoption: 80, frequency: 100, trend: 50, recency: 100 },
    });
    const byRecency = { adoption: 0, frequency: 0, trend: 1, recency: 2 };
    expect(healthOf(FACTS, byRecency).score).toBe(83);
  });

  it('rounds each part down', () => {
    const facts = { active: 2, before: 3, members: 3, userDays: 5, daysSinceLast: 1 };
    // 66.6, 20.8, 33.3, 100 - 3.3 rounded down
    expect(healthOf(facts, WEIGHTS)).toEqual({
      ...{ score: 52, adoption: 66, frequency: 20, trend: 33, recency: 97 },
    });
  });

  it('is 0 without members and activity', () => {
    const nothing = { active: 0, before: 0, members: 0, userDays: 0, daysSinceLast: undefined };
    expect(healthOf(nothing, WEIGHTS)).toEqual({
      ...{ score: 0, adoption: 0, frequency: 0, trend: 0, recency: 0 },
    });
  });

  it('has full adoption at most when more users than members were active, none without members', () => {
    expect(healthOf({ ...FACTS, members: 3 }, WEIGHTS).adoption).toBe(100);
    expect(healthOf({ ...FACTS, members: 0 }, WEIGHTS).adoption).toBe(0);
  });

  it('has full frequency from 12 of 30 days on', () => {
    const frequency = (userDays: number) => healthOf({ ...FACTS, userDays }, WEIGHTS).frequency;
    expect([4, 47, 48, 120].map(frequency)).toEqual([8, 97, 100, 100]);
  });

  it('has a trend of 0 when all were lost, 50 without change and 100 when no user was active before', () => {
    const trend = (active: number, before: number) =>
      healthOf({ ...FACTS, active, before }, WEIGHTS).trend;
    expect([trend(0, 4), trend(4, 4), trend(4, 0), trend(1, 3), trend(3, 2)]).toEqual([
      ...[0, 50, 100, 16, 66],
    ]);
  });

  it('has a recency of 0 from the 30th day on', () => {
    const recency = (daysSinceLast: number | undefined) =>
      healthOf({ ...FACTS, daysSinceLast }, WEIGHTS).recency;
    expect([0, 1, 3, 29, 30, 31, 90, undefined].map(recency)).toEqual([
      ...[100, 97, 90, 4, 0, 0, 0, 0],
    ]);
  });
});

describe('Slipping', () => {
  it('needs 3 active users before, one now, and a loss of 30 %', () => {
    const cases: [before: number, now: number, expected: boolean][] = [
      [2, 1, false],
      [3, 0, false],
      [3, 1, true],
      [3, 2, true],
      [4, 3, false],
      [10, 7, true],
      [10, 8, false],
    ];
    for (const [before, now, expected] of cases) expect(isSlipping(before, now)).toBe(expected);
  });
});
