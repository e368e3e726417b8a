/**
 * Instants are unix milliseconds; a day is a number of whole UTC days since 1970-01-01, so that
 * windows are plain subtraction. "All instants are UTC, a *day* is a UTC calendar day."
 */
export const DAY_MS = 86_400_000;

/** The day an instant (unix ms) falls on. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** The day written `YYYY-MM-DD`. */
export function dayFromText(text: string): number {
  return dayOf(Date.parse(`${text}T00:00:00.000Z`));
}

/** `YYYY-MM-DD` of a day. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** "API timestamps are unix seconds": the whole second an instant (unix ms) falls in. */
export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000);
}

/** "Ids order as plain bytes": of UTF-8, where an emoji comes after every BMP character. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}
