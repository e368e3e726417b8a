import { DAY_MS, type CountWindowDays } from '#libs/contracts/plain';
import type { Bitset } from '#libs/facts';
import { valuesOf, type Column } from '../engine/columns.js';
import { greatestFirst, stableSort, type Direction } from '../engine/order.js';
import { below, positionsOf } from '../engine/positions.js';
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

/** A ranked list: the key of the user or org of each entry, and its extras. */
export interface RankedList {
  keys: Uint32Array;
  /** One column per extra, in the order of the keys; negative numbers as their bits. */
  extras: readonly Uint32Array[];
}

/**
 * The input of a report: activity in W(n), activity in W(n) and P(n), counts of W(n), active users of orgs in W(n) and
 * P(n), or fixed windows, which end with W(30).
 */
export type LooksAt = 'one window' | 'two windows' | 'counts' | 'active users' | 'fixed windows';

/** A value in `extra_properties`: a number, an instant in unix seconds, or the key of a user, shown as the user's id. */
export interface Extra {
  name: string;
  kind: 'number' | 'time' | 'user';
}

/** Extras that are numbers. */
export function numbers(...names: string[]): Extra[] {
  return names.map((name) => ({ name, kind: 'number' }));
}

/** A report: the subjects listed, the measures and the order. */
export interface Definition {
  looksAt: LooksAt;
  extras: readonly Extra[];
  /** Bytes per extra: 1 when no value exceeds 255, otherwise 4. */
  extraBytes: 1 | 4;
  /** @returns a list in `facts.memory` */
  rank(facts: RunFacts, window: Window): RankedList;
}

export function windowOf(
  { moment, calendar }: Pick<RunFacts, 'moment' | 'calendar'>,
  days: number,
): Window {
  const firstDay = moment.day - days + 1;
  return { days, firstDay, firstDayBefore: firstDay - days, calendar };
}

/** The days of a window over which the engine counts. */
export function countWindow({ days }: Window): CountWindowDays {
  return days as CountWindowDays;
}

/** Positions in [`from`, `before`) of subjects created before a day, counted from 1970. */
export function createdBefore(
  { createdAt }: Pick<SubjectFacts, 'createdAt'>,
  day: number,
  { calendar }: Pick<Window, 'calendar'>,
  from = 0,
  before = createdAt.length,
): Bitset {
  const { first, settled } = startOf(day, calendar);
  const listed = below(createdAt, first, from, before);
  // When an hour is repeated across midnight, some later instants belong to the previous day.
  for (let position = from; first < settled && position < before; position++) {
    const seconds = createdAt[position]!;
    if (seconds < first || seconds >= settled) continue;
    if (calendar.dayOf(seconds * 1000) < day * DAY_MS) listed.add(position);
  }
  return listed;
}

/**
 * The number of users active in W(n). They are a prefix of the positions, because users are sorted by last activity.
 * Users from `certain` up to `possible` may not have been active; the two numbers are nearly always equal.
 */
export function activeIn(
  { lastActiveAt }: UserFacts,
  { firstDay, calendar }: Window,
): { certain: number; possible: number } {
  const { first, settled } = startOf(firstDay, calendar);
  const possible = countSince(lastActiveAt, first);
  return { certain: first === settled ? possible : countSince(lastActiveAt, settled), possible };
}

/** The first instant of a day, and the instant from which on no date is earlier, in unix seconds. */
function startOf(day: number, calendar: Window['calendar']): { first: number; settled: number } {
  const seconds = (ms: number) => Math.ceil(ms / 1000);
  const label = day * DAY_MS;
  return {
    first: seconds(calendar.startOf(label)),
    settled: seconds(calendar.settledFrom(label)),
  };
}

/** The number of leading entries of a descending column that are at least `seconds`. */
function countSince(descending: Uint32Array, seconds: number): number {
  let [known, before] = [0, descending.length];
  while (known < before) {
    const position = (known + before) >>> 1;
    if (descending[position]! >= seconds) known = position + 1;
    else before = position;
  }
  return known;
}

/** A value of 1 or more for each listed user. */
export interface Measure {
  values: Uint32Array;
  /** The users' positions, ascending; by default the first positions. */
  positions?: Uint32Array;
}

/**
 * A report of users, greatest value first. Ties are in the order of positions: the most recently active first, then by
 * id.
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
    // Sorts the counts along with the keys: fetching them afterwards took longer than everything else.
    const sorted = greatestFirst(keys, values, memory);
    return { keys: sorted.keys, extras: [sorted.values] };
  };
  return { looksAt, extras: numbers(extra.name), extraBytes: extra.bytes, rank };
}

/** A report of users without a measure: the most recently active first, then by id. */
export function userList(
  looksAt: LooksAt,
  listed: (users: UserFacts, window: Window) => Bitset,
): Definition {
  const rank = ({ users, memory }: RunFacts, window: Window): RankedList => {
    const positions = positionsOf(listed(users, window), memory);
    return { keys: valuesOf(positions, users.keys, memory.allocate(positions.length)), extras: [] };
  };
  return { looksAt, extras: [], extraBytes: 4, rank };
}

interface OrgReport {
  listed: Bitset;
  /** The columns of the order, most significant first; ties by id. */
  by: readonly (readonly [Column, Direction])[];
  extras?: readonly Column[];
}

/** @param extraBytes 1 when no extra exceeds 255 */
export function orgReport(
  looksAt: LooksAt,
  extras: readonly Extra[],
  define: (orgs: OrgFacts, window: Window, facts: RunFacts) => OrgReport,
  extraBytes: Definition['extraBytes'] = 4,
): Definition {
  const rank = (facts: RunFacts, window: Window): RankedList => {
    const { orgs, memory } = facts;
    const { listed, by, extras: columns = [] } = define(orgs, window, facts);
    const order = by.reduceRight(
      (sorted, [column, direction]) => stableSort(sorted, column, direction, memory),
      positionsOf(listed, memory),
    );
    const inOrder = (column: Column) => valuesOf(order, column, memory.allocate(order.length));
    return { keys: inOrder(orgs.keys), extras: columns.map(inOrder) };
  };
  return { looksAt, extras, extraBytes, rank };
}
