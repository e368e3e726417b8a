const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})(?:$|[Tt ])/;

export const DAY_MS = 86_400_000;
/** The last instant that can be written with four digits of a year. */
const LAST_MS = Date.UTC(10_000, 0, 1) - 1;

/**
 * Reads an RFC 3339 instant to the millisecond; further digits are cut, a leap second counts as the
 * second before it.
 * @returns milliseconds since 1970, or undefined when the text is no such instant.
 */
export function parseInstant(text: string): number | undefined {
  const ms = Date.parse(text);
  // As most programs write it: ten times as fast as by parts, which are what the rest needs.
  if (ms >= 0 && text.length === 24 && new Date(ms).toISOString() === text) return ms;
  return parseInstantByParts(text);
}

function parseInstantByParts(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Six;
  const [zoneHour, zoneMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return undefined;
  const midnight = calendarDay(year, month, day);
  if (midnight === undefined) return undefined;
  const fraction = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const seconds = (hour * 60 + minute) * 60 + Math.min(second, 59);
  const offset = (zoneHour * 60 + zoneMinute) * 60_000 * (match[8] === '-' ? -1 : 1);
  return midnight + seconds * 1000 + fraction - offset;
}

/**
 * Reads a calendar day, `2026-01-31`. A time after it is checked when it is an instant or a local
 * date-time, and moves the day only by its zone: the UTC day counts.
 * @returns the day's first millisecond since 1970, or undefined.
 */
export function parseDay(text: string): number | undefined {
  const match = DAY.exec(text);
  if (!match) return undefined;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  const midnight = calendarDay(year, month, day);
  if (text.length === 10 || midnight === undefined) return midnight;
  const instant = parseInstant(text) ?? parseInstant(`${text}Z`) ?? parseInstant(`${text}:00Z`);
  return instant === undefined || instant > LAST_MS ? undefined : startOfDay(instant);
}

/** The first millisecond of the UTC day that holds the instant; both in milliseconds since 1970. */
export function startOfDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** The UTC day of an instant (ms since 1970) as `2026-01-31`. */
export function formatDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

type Six = [number, number, number, number, number, number];

function calendarDay(year: number, month: number, day: number): number | undefined {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  const real = year >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? ms : undefined;
}
