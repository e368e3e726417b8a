let aheadMs = 0;
/** Smaller differences are the way of the reply and the whole seconds of its header. */
const TOLERANCE_MS = 5_000;

/** The time by the service's clock, in milliseconds since 1970: the browser's may be wrong. */
export function now(): number {
  return Date.now() + aheadMs;
}

/** Follows the service's clock, by the `Date` header of a reply that has just come. */
export function followClock(date: string | null): void {
  const ahead = Date.parse(date ?? '') - Date.now();
  if (Number.isNaN(ahead)) return;
  aheadMs = Math.abs(ahead) < TOLERANCE_MS ? 0 : ahead;
}
