import type { Period } from '#libs/charts';
import { DAY_MS } from '#libs/contracts';

/**
 * This month up to a day, and the same days of the previous month. When the previous month is shorter,
 * it ends with its last day: 31 March is compared with all of February.
 */
export function monthSoFar(today: number): [thisMonth: Period, lastMonth: Period] {
  const date = new Date(today);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const [first, firstBefore] = [Date.UTC(year, month, 1), Date.UTC(year, month - 1, 1)];
  const days = date.getUTCDate() * DAY_MS;
  return [
    { from: first, before: first + days },
    { from: firstBefore, before: Math.min(firstBefore + days, first) },
  ];
}
