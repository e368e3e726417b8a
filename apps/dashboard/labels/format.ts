import { dayOf } from './calendar.js';

export { dayOf, formatMoment } from './calendar.js';

/** Numbers and dates in the format of the browser. A day, `2026-01-31`, is formatted as the same date in UTC. */
const DAY_S = 86_400;
const UTC = { timeZone: 'UTC' } as const;

const numbers = new Intl.NumberFormat();
const shares = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });
const signed = new Intl.NumberFormat(undefined, { signDisplay: 'exceptZero' });
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const days = new Intl.DateTimeFormat(undefined, { ...UTC, dateStyle: 'medium' });
const shortDays = new Intl.DateTimeFormat(undefined, { ...UTC, day: 'numeric', month: 'short' });
const months = new Intl.DateTimeFormat(undefined, { ...UTC, month: 'short', year: 'numeric' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export const formatNumber = (value: number): string => numbers.format(value);
export const formatTenths = (value: number): string => tenths.format(value);
export const formatShare = (value: number): string => shares.format(value);
export const formatSigned = (value: number): string => signed.format(value);

/** A number with its unit: "1 active day", "1,204 active days". */
export const formatCount = (value: number, one: string, many = `${one}s`): string =>
  `${formatNumber(value)} ${value === 1 ? one : many}`;

/** A day, `2026-01-31`. */
export const formatDay = (day: string): string => days.format(Date.parse(day));
export const formatShortDay = (day: string): string => shortDays.format(Date.parse(day));
export const formatMonth = (day: string): string => months.format(Date.parse(day));

/** The days from one to another, both included: "1–24 Nov". */
export const formatShortSpan = (from: string, to: string): string =>
  shortDays.formatRange(Date.parse(from), Date.parse(to));
export const formatSpan = (from: string, to: string): string =>
  days.formatRange(Date.parse(from), Date.parse(to));

/** The day `count` days after a day; before it if negative. */
export const addDays = (day: string, count: number): string =>
  new Date(Date.parse(day) + count * DAY_S * 1000).toISOString().slice(0, 10);

/** The time between two instants in unix seconds: "3 days ago". */
export function formatAgo(seconds: number, nowSeconds: number): string {
  const ago = nowSeconds - seconds;
  if (ago < 60) return relative.format(0, 'minute');
  if (ago < 3_600) return relative.format(-Math.floor(ago / 60), 'minute');
  if (ago < DAY_S) return relative.format(-Math.floor(ago / 3_600), 'hour');
  return formatDaysAgo(dayOf(seconds), dayOf(nowSeconds));
}

/** The number of days between two days as text: "yesterday". */
function formatDaysAgo(day: string, today: string): string {
  const count = Math.round((Date.parse(today) - Date.parse(day)) / (DAY_S * 1000));
  if (count < 60) return relative.format(-count, 'day');
  if (count < 730) return relative.format(-Math.floor(count / 30.4), 'month');
  return relative.format(-Math.floor(count / 365.25), 'year');
}

/** A duration in seconds. */
export function formatSeconds(seconds: number): string {
  return seconds < 1 ? '< 1 s' : `${formatNumber(seconds)} s`;
}

const MEBIBYTE = 1024 * 1024;

/** Bytes as MiB: `0.3 MiB`, `256 MiB`. */
export const formatMebibytes = (bytes: number): string => {
  const mebibytes = bytes / MEBIBYTE;
  const shown =
    mebibytes < 10
      ? formatTenths(Math.ceil(mebibytes * 10) / 10)
      : formatNumber(Math.round(mebibytes));
  return `${shown} MiB`;
};
