/** A failed attempt is repeated up to this share of its delay later, so that many deliveries do not arrive at once. */
const JITTER = 0.1;

/**
 * The delay before the next attempt, in seconds; undefined when a delivery is given up.
 * @param failed the number of failed attempts
 * @param delays the delays after each failed attempt, in seconds
 * @param random from 0 to 1
 */
export function retryAfter(
  failed: number,
  delays: readonly number[],
  random = Math.random(),
): number | undefined {
  const delay = delays[failed - 1];
  return delay === undefined ? undefined : delay * (1 + JITTER * random);
}
