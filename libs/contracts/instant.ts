/**
 * A time in milliseconds since 1970, or the problem with it as the end of a sentence. `isDay` is set when the value is
 * a day without a time.
 */
export type ReadTime = { ms: number; isDay?: true } | { problem: string };

const MAX_CHARACTERS = 64;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
/** Date, time of day, fraction of a second, zone. */
const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?: ?(?:[Zz]|UTC|GMT|([+-])(\d{2})(?::?(\d{2}))?))?$/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;
const EIGHT_DIGITS = /^(\d{4})(\d{2})(\d{2})$/;
/** The zero fraction that some programs append to whole numbers. */
const NO_FRACTION = /\.0+$/;
/** YYYYMMDDhhmm or YYYYMMDDhhmmss. Read as milliseconds, it would be a time of 1976 or 2600. */
const COMPACT_TIME =
  /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?$/;
const MONTH = /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])$/;

export const DAY_MS = 86_400_000;
/** The last instant with a four-digit year. */
export const LAST_MS = Date.UTC(10_000, 0, 1) - 1;
/** Spreadsheets store days as numbers: 100,000 is in the year 2173. As unix seconds it is 1970-01-02. */
const SERIALS_END = 100_000;
/** Larger numbers are read as milliseconds: as seconds they would be after the year 5000. */
const SECONDS_END = 1e11;

export const TIME_FORMS =
  'a time such as 2026-01-31T12:00:00Z, a day such as 2026-01-31, or unix seconds or milliseconds';
const NO_TIME = `must be ${TIME_FORMS}`;
export const BEFORE_1970 = 'must not be before 1970';
const AFTER_9999 = 'must not be after the year 9999';
const SERIAL =
  'must not be a number below 100,000, which is how spreadsheets store days: write 2026-01-31';
const NO_DAY = 'has eight digits, which are read as a day (YYYYMMDD): there is no such day';
const NO_MONTH = 'must not be a month (YYYYMM): write a day such as 2026-01-31';

const NO_COMPACT_TIME =
  'has the digits of YYYYMMDDhhmm, which may be another time in milliseconds: write 2026-01-31T12:00:00Z';

/**
 * Reads a time in any form that senders use. All endpoints and imports use this function.
 * - RFC 3339, less strictly: the zone may be `Z`, `UTC`, `GMT` or an offset with or without a colon, and is
 *   UTC when it is missing; a space may replace the `T`; seconds may be missing. Digits beyond milliseconds
 *   are cut off; a leap second counts as the second before it.
 * - A day, `2026-01-31` or `20260131` (the latter also as a number): its first moment in UTC.
 * - Unix seconds, also with a fraction, or unix milliseconds, as a number or as text.
 */
export function readTime(value: unknown): ReadTime {
  if (typeof value === 'number') return readNumber(value, String(value));
  if (typeof value !== 'string') return { problem: NO_TIME };
  const text = value.trim();
  if (text.length > MAX_CHARACTERS) return { problem: NO_TIME };
  if (NUMBER.test(text)) return readNumber(Number(text), text);
  const isDay = text.length === 10;
  const ms = isDay ? parseDay(text) : parseInstant(text);
  return ms === undefined ? { problem: NO_TIME } : bounded(ms, isDay);
}

function readNumber(value: number, text: string): ReadTime {
  if (!Number.isFinite(value)) return { problem: NO_TIME };
  if (value < 0) return { problem: BEFORE_1970 };
  const digits = text.replace(NO_FRACTION, '');
  const [year, month, day] = (EIGHT_DIGITS.exec(digits) ?? []).slice(1).map(Number);
  if (year !== undefined) {
    const ms = calendarDay(year, month!, day!);
    return ms === undefined ? { problem: NO_DAY } : bounded(ms, true);
  }
  if (value < SERIALS_END) return { problem: SERIAL };
  if (MONTH.test(digits)) return { problem: NO_MONTH };
  if (COMPACT_TIME.test(digits)) return { problem: NO_COMPACT_TIME };
  return bounded(Math.floor(value < SECONDS_END ? toMilliseconds(value) : value));
}

/** Rounds to microseconds first: .123 is not exact as a double and would be cut to .122. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

function bounded(ms: number, isDay = false): ReadTime {
  if (ms < 0) return { problem: BEFORE_1970 };
  if (ms > LAST_MS) return { problem: AFTER_9999 };
  return isDay ? { ms, isDay } : { ms };
}

/**
 * Reads the first form of `readTime`: a day with a time of day.
 * @returns milliseconds since 1970, which may be negative; undefined for any other text
 */
export function parseInstant(text: string): number | undefined {
  const ms = Date.parse(text);
  // The form that most programs write. This is ten times as fast as the pattern, which all other forms need.
  if (ms >= 0 && text.length === 24 && new Date(ms).toISOString() === text) return ms;
  return parseInstantByParts(text);
}

function parseInstantByParts(text: string): number | undefined {
  const match = INSTANT.exec(text);
  if (!match) return undefined;
  const parts = match.slice(1, 7).map((part: string | undefined) => Number(part ?? 0));
  const [year, month, day, hour, minute, second] = parts as Six;
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
 * Reads a calendar day, `2026-01-31`.
 * @returns the first millisecond of the date in UTC, since 1970; undefined for any other text
 */
export function parseDay(text: string): number | undefined {
  const match = DAY.exec(text);
  if (!match) return undefined;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  return calendarDay(year, month, day);
}

/** Reads a calendar day, or an instant like `parseInstant`; undefined for any other text. */
export function parseDayOrInstant(text: string): { ms: number; isDay: boolean } | undefined {
  const isDay = text.length === 10;
  const ms = isDay ? parseDay(text) : parseInstant(text);
  return ms === undefined || ms > LAST_MS ? undefined : { ms, isDay };
}

/** The last millisecond of a whole second. Facts are compared with a moment in whole seconds. @param seconds unix seconds */
export function endOfSecond(seconds: number): number {
  return seconds * 1000 + 999;
}

/** Converts milliseconds since 1970 to whole unix seconds. */
export function unixSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** Formats a day as `2026-01-31`. @param ms the first millisecond of the same date in UTC */
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
