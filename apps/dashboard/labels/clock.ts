let aheadMs = 0;
/** Smaller differences come from the network and from the whole seconds of the header. */
const TOLERANCE_MS = 5_000;

/** The time of the service's clock, in milliseconds since 1970: the browser's clock may be wrong. */
export function now(): number {
  return Date.now() + aheadMs;
}

/** Follows the service's clock. @param date the `Date` header of a reply that has just arrived */
export function followClock(date: string | null): void {
  const ahead = Date.parse(date ?? '') - Date.now();
  if (Number.isNaN(ahead)) return;
  aheadMs = Math.abs(ahead) < TOLERANCE_MS ? 0 : ahead;
}
