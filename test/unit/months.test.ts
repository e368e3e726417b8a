import { expect, test } from '@jest/globals';
import { formatDay } from '#libs/contracts';
import { monthSoFar } from '../../libs/entity-pages/months.js';

test.each([
  ['2026-11-24', '2026-11-01 … 2026-11-24', '2026-10-01 … 2026-10-24'],
  ['2026-01-01', '2026-01-01 … 2026-01-01', '2025-12-01 … 2025-12-01'],
  // February is shorter: all of it.
  ['2026-03-31', '2026-03-01 … 2026-03-31', '2026-02-01 … 2026-02-28'],
  ['2028-03-30', '2028-03-01 … 2028-03-30', '2028-02-01 … 2028-02-29'],
])('on %s this month is %s, and the same days of last month are %s', (today, ...expected) => {
  const periods = monthSoFar(Date.parse(`${today}T00:00:00Z`));
  const days = periods.map(({ from, before }) => `${formatDay(from)} … ${formatDay(before - 1)}`);
  expect(days).toEqual(expected);
});
