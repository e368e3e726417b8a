import { DAY_MS, type CountWindowDays } from '#libs/contracts';
import { valuesOf, type Column } from '../engine/columns.js';
import { greatestFirst, stableSort, type Direction } from '../engine/order.js';
import { Bitmap } from '../engine/bitmap.js';
import type { OrgFacts, RunFacts, SubjectFacts, UserFacts } from '../engine/run-facts.js';
import type { ScratchBuffers } from '../engine/scratch-buffers.js';

/** The windows of a run of n days, in ages: W(n) is `[0, n)`, P(n) is `[n, 2n)`. */
export interface Window {
  days: number;
  /** First day of W(n), counted from 1970. */
  firstDay: number;
  /** First day of P(n). */
  firstDayBefore: number;
  calendar: RunFacts['calendar'];
}

/** A ranked list: whom each entry is about, and what it carries of them. */
export interface RankedList {
  keys: Uint32Array;
  /** A column each, in the order of the keys; of negative numbers the bits. */
  extras: readonly Uint32Array[];
}

/** What a report looks at: activity in W(n) alone, in W(n) and P(n), or counts of W(n). */
export type LooksAt = 'one window' | 'two windows' | 'counts';

/** A report: who is listed, by which measures, in which order. */
export interface Definition {
  looksAt: LooksAt;
  /** Names of what an entry carries in `extra_properties`. */
  extras: readonly string[];
  /** Bytes that hold each extra: 1 where it is never above 255, else 4. */
  extraBytes: 1 | 4;
  /** @returns a list in the memory of the facts */
  rank(facts: RunFacts, window: Window): RankedList;
}

export function windowOf(
  { moment, calendar }: Pick<RunFacts, 'moment' | 'calendar'>,
  days: number,
): Window {
  const firstDay = moment.day - days + 1;
  return { days, firstDay, firstDayBefore: firstDay - days, calendar };
}

/** The days of a window that is also counted over. */
export function countWindow({ days }: Window): CountWindowDays {
  return days as CountWindowDays;
}

/** Positions in [`from`, `before`) of subjects created before a day, counted from 1970. */
export function createdBefore(
  { createdAt }: SubjectFacts,
  day: number,
  { calendar }: Window,
  from = 0,
  before = createdAt.length,
): Bitmap {
  const { first, settled } = startOf(day, calendar);
  const listed = Bitmap.below(createdAt, first, from, before);
  // Where an hour is repeated across midnight, some later instants are on the day before.
  for (let position = from; first < settled && position < before; position++) {
    const seconds = createdAt[position]!;
    if (seconds < first || seconds >= settled) continue;
    if (calendar.dayOf(seconds * 1000) < day * DAY_MS) listed.set(position, 1);
  }
  return listed;
}

/**
 * How many users were active in W(n): a prefix of the positions, since users are sorted by last activity. Those
 * from `certain` up to `possible` may not have been; the two numbers are nearly always equal.
 */
export function activeIn(
  { lastActiveAt }: UserFacts,
  { firstDay, calendar }: Window,
): { certain: number; possible: number } {
  const { first, settled } = startOf(firstDay, calendar);
  const possible = countSince(lastActiveAt, first);
  return { certain: first === settled ? possible : countSince(lastActiveAt, settled), possible };
}

/** Unix seconds of the first instant of a day, and of that from which on no instant is of an earlier day. */
function startOf(day: number, calendar: Window['calendar']): { first: number; settled: number } {
  const seconds = (ms: number) => Math.ceil(ms / 1000);
  const label = day * DAY_MS;
  return {
    first: seconds(calendar.startOf(label)),
    settled: seconds(calendar.settledFrom(label)),
  };
}

/** How many leading entries of a descending column are at least `seconds`. */
function countSince(descending: Uint32Array, seconds: number): number {
  let [known, before] = [0, descending.length];
  while (known < before) {
    const position = (known + before) >>> 1;
    if (descending[position]! >= seconds) known = position + 1;
    else before = position;
  }
  return known;
}

/** A number of 1 or more for each user who is listed. */
export interface Measure {
  values: Uint32Array;
  /** Their positions, ascending; the first positions by default. */
  positions?: Uint32Array;
}

/**
 * A report of users, greatest value first; then the most recently active first, then by id, which is the order
 * of their positions.
 * @param measure may allocate its result in `memory`
 */
export function userReport(
  looksAt: LooksAt,
  extra: { name: string; bytes: Definition['extraBytes'] },
  measure: (users: UserFacts, window: Window, memory: ScratchBuffers) => Measure,
): Definition {
  const rank = ({ users, memory }: RunFacts, window: Window): RankedList => {
    const { values, positions } = measure(users, window, memory);
    const keys = positions
      ? valuesOf(positions, users.keys, memory.allocate(positions.length))
      : users.keys.subarray(0, values.length);
    // Counts are sorted along with the keys: fetching them afterwards took longer than all the rest.
    const sorted = greatestFirst(keys, values, memory);
    return { keys: sorted.keys, extras: [sorted.values] };
  };
  return { looksAt, extras: [extra.name], extraBytes: extra.bytes, rank };
}

/** A report of users without a measure: the most recently active first, then by id. */
export function userList(
  looksAt: LooksAt,
  listed: (users: UserFacts, window: Window) => Bitmap,
): Definition {
  const rank = ({ users, memory }: RunFacts, window: Window): RankedList => {
    const positions = listed(users, window).positions(memory);
    return { keys: valuesOf(positions, users.keys, memory.allocate(positions.length)), extras: [] };
  };
  return { looksAt, extras: [], extraBytes: 4, rank };
}

interface OrgReport {
  listed: Bitmap;
  /** The columns of the order, most significant first; ties by id. */
  by: readonly (readonly [Column, Direction])[];
  extras?: readonly Column[];
}

export function orgReport(
  looksAt: LooksAt,
  extras: readonly string[],
  define: (orgs: OrgFacts, window: Window) => OrgReport,
): Definition {
  const rank = ({ orgs, memory }: RunFacts, window: Window): RankedList => {
    const { listed, by, extras: columns = [] } = define(orgs, window);
    const order = by.reduceRight(
      (sorted, [column, direction]) => stableSort(sorted, column, direction, memory),
      listed.positions(memory),
    );
    const inOrder = (column: Column) => valuesOf(order, column, memory.allocate(order.length));
    return { keys: inOrder(orgs.keys), extras: columns.map(inOrder) };
  };
  return { looksAt, extras, extraBytes: 4, rank };
}
