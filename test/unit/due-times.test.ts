import { expect, test } from '@jest/globals';
import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { DueTimes } from '../../libs/reports/runs/due.js';

const NOW = Date.UTC(2026, 10, 28, 12);
const DAY_MS = 86_400_000;
const cronArb = fc.constantFrom(
  ...['0 * * * *', '*/7 * * * *', '30 5 * * 1', '0 0 29 2 *', '*/10 * * * * *', '0 0 1 1,7 *'],
);
/** Steps of a clock, which may be set back. */
const stepArb = fc.oneof(
  fc.constantFrom(0, 1, 999, 1000, -1000),
  fc.integer({ min: -3 * DAY_MS, max: 30 * DAY_MS }),
);

test('one schedule that is asked at any times answers like one that is parsed for each', () => {
  fc.assert(
    fc.property(cronArb, fc.array(stepArb, { minLength: 1, maxLength: 12 }), (cron, steps) => {
      const due = new DueTimes(cron);
      let now = NOW;
      for (const step of steps) {
        now += step;
        const parsed = CronExpressionParser.parse(cron, {
          ...{ tz: 'UTC', currentDate: new Date(now + 1) },
        });
        expect(due.latest(now)).toBe(parsed.prev().getTime());
      }
    }),
  );
});

test('a moment at which the schedule fires is due at once, and until the next one', () => {
  const due = new DueTimes('0 * * * *');
  expect(due.latest(NOW - 1)).toBe(NOW - 3_600_000);
  expect(due.latest(NOW)).toBe(NOW);
  expect(due.latest(NOW + 3_599_999)).toBe(NOW);
});
