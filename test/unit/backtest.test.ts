import { Worker } from 'node:worker_threads';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Calendar, DAY_MS, type HealthPart } from '../../libs/contracts/index.js';
import { areaUnderCurve, pairsOf } from '../../libs/reports/backtest/area-under-curve.js';
import { checkDay, latestDay, pastDays } from '../../libs/reports/backtest/backtest-days.js';
import { backtestOf, type Outcomes } from '../../libs/reports/backtest/backtest.js';
import { resultOf } from '../../libs/reports/backtest/backtest.service.js';
import { fitWeights, grid } from '../../libs/reports/backtest/fit.js';
import { areaUnderCurve as slowly } from '../support/model/health.js';

const CURRENT = { adoption: 40, frequency: 25, trend: 20, recency: 15 };

/** Outcomes of a day: one org per value of `part`, the other parts 50. */
function outcomesOf(day: number, part: HealthPart, orgs: [value: number, churned: 0 | 1][]) {
  const middle = () => new Uint8Array(orgs.length).fill(50);
  const parts = { adoption: middle(), frequency: middle(), trend: middle(), recency: middle() };
  parts[part] = Uint8Array.from(orgs, ([value]) => value);
  return { day, parts, churned: Uint8Array.from(orgs, ([, churned]) => churned) };
}

describe('the area under the curve', () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 48, max: 51 }));
  const orgs = fc.array(fc.tuple(value, fc.constantFrom<(0 | 1)[]>(0, 1)), { maxLength: 40 });

  test('equals the comparison of all pairs, with ties', () => {
    fc.assert(
      fc.property(orgs, (some) => {
        const of = (churned: 0 | 1) =>
          some.filter(([, one]) => one === churned).map(([score]) => score);
        const { churned, parts } = outcomesOf(0, 'trend', some);
        expect(areaUnderCurve(pairsOf(parts.trend, churned))).toBe(slowly(of(1), of(0)));
      }),
      { seed: 23 },
    );
  });

  test('over several days compares orgs of one day only', () => {
    const one = pairsOf(Uint8Array.of(10, 20, 30), Uint8Array.of(1, 0, 0));
    const other = pairsOf(Uint8Array.of(90, 80), Uint8Array.of(1, 0));
    expect(areaUnderCurve(one, other)).toBe(2 / 3);
    expect(areaUnderCurve(pairsOf(Uint8Array.of(1), Uint8Array.of(0)))).toBeNull();
    expect(areaUnderCurve()).toBeNull();
  });
});

test('a backtest scores the parts with the weights', () => {
  const outcomes: Outcomes = {
    day: Date.UTC(2026, 0, 31) / DAY_MS,
    parts: {
      adoption: Uint8Array.of(100, 40, 0),
      frequency: Uint8Array.of(50, 50, 50),
      trend: Uint8Array.of(0, 50, 100),
      recency: Uint8Array.of(100, 90, 90),
    },
    churned: Uint8Array.of(0, 0, 1),
  };
  expect(backtestOf(outcomes, CURRENT)).toEqual({
    as_of: '2026-01-31',
    orgs: 3,
    churned: 1,
    auc: { score: 1, adoption: 1, frequency: 0.5, trend: 0, recency: 0.75 },
  });
});

describe('the fit of weights', () => {
  test('has a grid of 286 weights that add up to 100', () => {
    const all = grid();
    expect(all).toHaveLength(286);
    for (const { adoption, frequency, trend, recency } of all)
      expect(adoption + frequency + trend + recency).toBe(100);
  });

  test('chooses on the earlier days and tests on the later ones', () => {
    const orgs = Array.from({ length: 40 }, (_, org): [number, 0 | 1] => [org, org < 10 ? 1 : 0]);
    const days = [90, 30, 60].map((day) => outcomesOf(day, 'frequency', orgs));
    // In the later day the part says the opposite.
    days[0]!.churned.reverse();
    const { inSample, outOfSample, best } = fitWeights([...days, days[0]!], CURRENT);
    expect([inSample.days, inSample.churned]).toEqual([
      ['1970-01-31', '1970-03-02', '1970-04-01'],
      30,
    ]);
    expect([outOfSample.days, outOfSample.orgs, outOfSample.churned]).toEqual([
      ['1970-04-01'],
      40,
      10,
    ]);
    expect(best).toBeUndefined();
    const twice = days.flatMap((day) => [day, { ...day, day: day.day + 1 }]);
    const fit = fitWeights(twice, CURRENT);
    // The part decides alone with any weight, and the weights nearest to the current ones win.
    expect(fit.best!.weights).toEqual({ adoption: 40, frequency: 20, trend: 20, recency: 20 });
    expect(fit.best!.auc).toEqual({ inSample: 1, outOfSample: 0 });
    expect(fit.current.auc).toEqual({ inSample: 1, outOfSample: 0 });
  });
});

describe('the days of backtests', () => {
  const utc = new Calendar();
  const [today, day] = [Date.UTC(2026, 2, 31), (text: string) => Date.parse(`${text}T00:00:00Z`)];

  test('end 31 days ago: the 30 days after are over', () => {
    expect(latestDay(utc, today)).toBe(day('2026-02-28'));
    expect(() => checkDay(utc, today, day('2026-02-28'))).not.toThrow();
    const message =
      'as_of must be 2026-02-28 or earlier (UTC): the 30 days after 2026-03-01 are not over';
    expect(() => checkDay(utc, today, day('2026-03-01'))).toThrow(message);
    expect(() => checkDay(utc, today, -DAY_MS)).toThrow(
      'must be a day from 1970-01-01 to 2026-02-28',
    );
  });

  test('are dates of the zone', () => {
    const apia = new Calendar('Pacific/Apia');
    const skipped = day('2011-12-30');
    expect(() => checkDay(apia, today, skipped)).toThrow('is a date that Pacific/Apia skipped');
    expect(latestDay(apia, skipped + 31 * DAY_MS)).toBe(day('2011-12-29'));
    expect(pastDays(apia, skipped + 61 * DAY_MS, 2)).toEqual([
      day('2011-12-29'),
      day('2012-01-29'),
    ]);
    expect(pastDays(utc, 40 * DAY_MS, 6)).toEqual([9 * DAY_MS]);
  });
});

describe('the result of a thread', () => {
  const POST = `const { parentPort } = require('node:worker_threads');
    parentPort.postMessage({ problem: 'none', isDatabaseAway: false });`;
  const run = (code: string) => resultOf(new Worker(code, { eval: true }), 50);
  const result = { problem: 'none', isDatabaseAway: false };

  test('is given when the thread does not end by itself', async () => {
    const thread = new Worker(`${POST} setInterval(() => {}, 1000);`, { eval: true });
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    expect(await resultOf(thread, 50)).toEqual(result);
    await ended;
  });

  test('is given when the thread fails after it', async () => {
    const failing = `${POST} setImmediate(() => { throw new Error('connections'); });`;
    expect(await run(failing)).toEqual(result);
  });

  test('is a failure without a message', async () => {
    await expect(run(`throw new Error('no memory');`)).rejects.toThrow('no memory');
    expect(await run('')).toMatchObject({ problem: 'The backtest was given up.' });
  });
});
