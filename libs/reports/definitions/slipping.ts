import type { UserWindowDays } from '#libs/contracts';
import { difference } from '../engine/columns.js';
import { matching } from '../engine/positions.js';
import { createdBefore, numbers, orgReport } from './definition.js';

/** An org with fewer active users before is never slipping. */
const MIN_ACTIVE_BEFORE = 3;

/**
 * Whether an org lost at least 30 % of its active users, but not all of them.
 * @param before the distinct users who made it active in P(n)
 * @param now the distinct users who made it active in W(n)
 */
export function isSlipping(before: number, now: number): boolean {
  return before >= MIN_ACTIVE_BEFORE && now >= 1 && 10 * now <= 7 * before;
}

/** Orgs created before P(n) began that lost at least 30 % of their active users between P(n) and W(n). */
export const slipping = orgReport(
  'active users',
  numbers('num_active_before', 'num_active'),
  ({ activeUsers, ...orgs }, window) => {
    const days = window.days as UserWindowDays;
    const [before, now] = [activeUsers[`before${days}`], activeUsers[`last${days}`]];
    const isListed = (position: number) => isSlipping(before[position]!, now[position]!);
    return {
      listed: createdBefore(orgs, window.firstDayBefore, window).and(
        matching(before.length, isListed),
      ),
      by: [
        [difference(before, now), 'descending'],
        [before, 'descending'],
      ],
      extras: [before, now],
    };
  },
);
