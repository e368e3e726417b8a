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
