import moment from 'moment-timezone';

/**
 * Instants are unix milliseconds. "A *day* is a calendar day in the store's time zone": a number of calendar days since
 * 1970-01-01, so that windows are plain subtraction.
 */
export const DAY_MS = 86_400_000;

export type WeekStart = 'monday' | 'sunday' | 'saturday';

/** The store's zone and first day of the week; a test file has one store at a time. */
const store: { zone: string; weekStart: WeekStart } = { zone: 'UTC', weekStart: 'monday' };
const known = new Map<number, number>();

/** Sets the zone and the first day of the week for all later answers of the model. */
export function useZone(zone: string, weekStart: WeekStart = 'monday'): void {
  Object.assign(store, { zone, weekStart });
  known.clear();
}

/** "The day of an instant is its local date": the day an instant (unix ms) falls on. */
export function dayOf(ms: number): number {
  if (store.zone === 'UTC' || !Number.isFinite(ms)) return Math.floor(ms / DAY_MS);
  const day = known.get(ms) ?? dayFromText(moment.tz(ms, store.zone).format('YYYY-MM-DD'));
  known.set(ms, day);
  return day;
}

/** "A day *begins* at the first instant whose local date is that day"; of a skipped date, a later one. Unix ms. */
export function startOfDay(day: number): number {
  return firstInstantAt(day * DAY_MS, store.zone);
}

/** The first instant (unix ms) at which clocks in a zone show a local time (in ms, as if it were UTC) or a later one. */
export function firstInstantAt(local: number, name: string): number {
  const zone = moment.tz.zone(name)!;
  for (const [index, offsetMinutes] of zone.offsets.entries()) {
    const from = index === 0 ? -Infinity : zone.untils[index - 1]!;
    const first = Math.max(from, local + offsetMinutes * 60_000);
    if (first < (zone.untils[index] ?? Infinity)) return first;
  }
  throw new Error(`no instant at ${local} in ${name}`);
}

/** T of a past day: "the last whole second before the first instant whose local date is later than that day"; unix s. */
export function endOfDay(day: number): number {
  return Math.ceil(startOfDay(day + 1) / 1000) - 1;
}

/** The first day of the week that contains a day. */
export function startOfWeek(day: number): number {
  const weekday = new Date(day * DAY_MS).getUTCDay();
  const first = { sunday: 0, monday: 1, saturday: 6 }[store.weekStart];
  return day - ((weekday - first + 7) % 7);
}

/** The day written `YYYY-MM-DD`. */
export function dayFromText(text: string): number {
  return Math.floor(Date.parse(`${text}T00:00:00.000Z`) / DAY_MS);
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
