import { DAY_MS } from './instant.js';

/** The possible first days of a week. */
export const WEEK_STARTS = ['monday', 'sunday', 'saturday'] as const;
/** The days of a week, in the order of ISO 8601. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type WeekStart = (typeof WEEK_STARTS)[number];

/** 1970-01-01 was a Thursday. The number of days from the preceding weekday of each name to it. */
const DAYS_SINCE_FIRST: Record<WeekStart, number> = { monday: 3, sunday: 4, saturday: 5 };

/** Instants [`from`, `before`) with one UTC offset; all in milliseconds. */
interface Segment {
  from: number;
  before: number;
  offset: number;
}

/** A range of instants, [`from`, `before`), in milliseconds since 1970. */
export interface Interval {
  from: number;
  before: number;
}

// Offsets are cached in chunks of 49.7 days, each probed every 12 hours. No zone changes its offset and changes
// it back within 12 hours.
const CHUNK_MS = 2 ** 32;
const PROBE_MS = DAY_MS / 2;
/** Larger than any UTC offset. */
const MAX_OFFSET_MS = 16 * 3_600_000;

/**
 * The calendar of a store: maps instants to days and days to instants in one time zone.
 *
 * A day is represented by the first millisecond of the same date in UTC, so day arithmetic is plain arithmetic.
 * Instants are milliseconds since 1970. Local dates are not monotonic: a zone may repeat an hour across midnight or
 * skip a date.
 */
export class Calendar {
  private readonly format: Intl.DateTimeFormat | undefined;
  private readonly chunks = new Map<number, Segment[]>();
  private latest: Segment;

  /** @param zone IANA name, checked by `zoneProblem` */
  constructor(
    readonly zone = 'UTC',
    readonly weekStart: WeekStart = 'monday',
  ) {
    this.latest = { from: -Infinity, before: Infinity, offset: 0 };
    if (isUtc(zone)) return;
    this.format = formatOf(zone);
    this.latest = { from: 0, before: 0, offset: 0 };
  }

  /** The day of an instant. Infinite instants are their own days. */
  dayOf(ms: number): number {
    return Math.floor((ms + this.offsetAt(ms)) / DAY_MS) * DAY_MS;
  }

  /** The first instant with the date `day`, or with a later date when the zone skipped it. */
  startOf(day: number): number {
    for (const { from, before, offset } of this.around(day, day)) {
      const first = Math.max(from, day - offset);
      if (first < before) return first;
    }
    throw new RangeError(`no instant is on ${day} or later`);
  }

  /** The instant from which on no date is earlier than `day`. Later than `startOf` when an hour is repeated. */
  settledFrom(day: number): number {
    let last = -Infinity;
    for (const { from, before, offset } of this.around(day, day)) {
      const end = Math.min(before, day - offset);
      if (end > from) last = end;
    }
    return last;
  }

  /** The report time of a past day: the last whole second before the first instant with a later date. Milliseconds. */
  lastSecondOf(day: number): number {
    return Math.ceil(this.startOf(day + DAY_MS) / 1000) * 1000 - 1000;
  }

  /** Whether the zone has this date. */
  has(day: number): boolean {
    return this.dayOf(this.startOf(day)) === day;
  }

  /** The ranges of instants whose dates are in [`from`, `before`), in order; nearly always one. */
  intervalsOf({ from, before }: Interval): Interval[] {
    const found: Interval[] = [];
    for (const segment of this.around(from, before)) {
      const start = Math.max(segment.from, from - segment.offset);
      const end = Math.min(segment.before, before - segment.offset);
      if (start >= end) continue;
      const last = found.at(-1);
      if (last?.before === start) last.before = end;
      else found.push({ from: start, before: end });
    }
    return found;
  }

  /** The first day of the week that contains a day. */
  startOfWeek(day: number): number {
    const since = (day / DAY_MS + DAYS_SINCE_FIRST[this.weekStart]) % 7;
    return day - (since < 0 ? since + 7 : since) * DAY_MS;
  }

  private offsetAt(ms: number): number {
    const { from, before, offset } = this.latest;
    if (ms >= from && ms < before) return offset;
    if (!Number.isFinite(ms)) return 0;
    this.latest = this.chunk(Math.floor(ms / CHUNK_MS)).find((one) => ms < one.before)!;
    return this.latest.offset;
  }

  /** The segments that may contain dates of [`first`, `last`], in order. */
  private around(first: number, last: number): Segment[] {
    if (!this.format) return [this.latest];
    const segments: Segment[] = [];
    const end = Math.floor((last + MAX_OFFSET_MS) / CHUNK_MS);
    for (let index = Math.floor((first - MAX_OFFSET_MS) / CHUNK_MS); index <= end; index++) {
      segments.push(...this.chunk(index));
    }
    return segments;
  }

  private chunk(index: number): Segment[] {
    const known = this.chunks.get(index);
    if (known) return known;
    const made = this.probe(index * CHUNK_MS, (index + 1) * CHUNK_MS);
    this.chunks.set(index, made);
    return made;
  }

  /** The segments of [`first`, `end`). */
  private probe(first: number, end: number): Segment[] {
    let segment = { from: first, before: end, offset: this.read(first) };
    const segments = [segment];
    for (let known = first; known < end;) {
      const next = Math.min(known + PROBE_MS, end - 1);
      const offset = this.read(next);
      if (offset !== segment.offset) {
        segment.before = this.change(known, next, segment.offset);
        segment = { from: segment.before, before: end, offset };
        segments.push(segment);
      }
      if (next === end - 1) break;
      known = next;
    }
    return segments;
  }

  /** The first instant in (`before`, `after`] with a different offset; a whole second. */
  private change(before: number, after: number, offset: number): number {
    let [low, high] = [Math.floor(before / 1000), Math.ceil(after / 1000)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.read(middle * 1000) === offset) low = middle;
      else high = middle;
    }
    return high * 1000;
  }

  private read(ms: number): number {
    const parts = this.format!.format(ms).match(/\d+/g)!.map(Number) as Parts;
    const [month, day, year, hour, minute, second] = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
  }
}

/** In the order of `en-US`. */
type Parts = [
  month: number,
  day: number,
  year: number,
  hour: number,
  minute: number,
  second: number,
];

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const two = '2-digit' as const;
  return new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: two, day: two },
    ...{ hour: two, minute: two, second: two },
  });
}

function isUtc(zone: string): boolean {
  return sameZone(zone, 'UTC');
}

/** The problem with the name of a time zone, as the end of a sentence; undefined for a valid name. */
export function zoneProblem(zone: string): string | undefined {
  const problem = 'must be a time zone by its IANA name, such as America/New_York';
  if (!/^[A-Za-z]/.test(zone)) return problem;
  try {
    formatOf(zone);
    return undefined;
  } catch {
    return problem;
  }
}

/** Whether two names are of the same zone, such as `Asia/Calcutta` and `Asia/Kolkata`. */
export function sameZone(one: string, other: string): boolean {
  const canonical = (zone: string) => {
    const { timeZone } = formatOf(zone).resolvedOptions();
    return /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu|GMT)$/i.test(timeZone) ? 'UTC' : timeZone;
  };
  return one === other || canonical(one) === canonical(other);
}
