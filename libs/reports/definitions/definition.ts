import type { CountWindowDays } from '#libs/contracts';
import { valuesOf, type Column } from '../engine/columns.js';
import { greatestFirst, stableSort, type Direction } from '../engine/order.js';
import { Bitmap } from '../engine/bitmap.js';
import type { OrgFacts, RunFacts, SubjectFacts, UserFacts } from '../engine/run-facts.js';
import type { ScratchBuffers } from '../engine/scratch-buffers.js';

const DAY_SECONDS = 86_400;

/** The windows of a run of n days, in ages: W(n) is `[0, n)`, P(n) is `[n, 2n)`. */
export interface Window {
  days: number;
  /** First day of W(n), counted from 1970. */
  firstDay: number;
  /** First day of P(n). */
  firstDayBefore: number;
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

export function windowOf(facts: Pick<RunFacts, 'moment'>, days: number): Window {
  const firstDay = facts.moment.day - days + 1;
  return { days, firstDay, firstDayBefore: firstDay - days };
}

/** The days of a window that is also counted over. */
export function countWindow({ days }: Window): CountWindowDays {
  return days as CountWindowDays;
}

/** Who was created before a day, counted from 1970, of the places from `from` up to and without `before`. */
export function createdBefore(
  { createdAt }: SubjectFacts,
  day: number,
  from?: number,
  before?: number,
): Bitmap {
  return Bitmap.below(createdAt, day * DAY_SECONDS, from, before);
}

/**
 * How many users were active on a day or later, counted from 1970: they are at the first places, since the
 * day of the last activity of each is the last of the active days.
 */
export function activeSince({ lastActiveAt }: UserFacts, day: number): number {
  let [known, before] = [0, lastActiveAt.length];
  while (known < before) {
    const place = (known + before) >>> 1;
    if (lastActiveAt[place]! >= day * DAY_SECONDS) known = place + 1;
    else before = place;
  }
  return known;
}

/** A number of 1 or more for each user who is listed. */
export interface Measure {
  values: Uint32Array;
  /** At which places they are, in their order; without it at the first. */
  places?: Uint32Array;
}

/**
 * A report of users, greatest value first; then the most recently active first, then by id, which is the order
 * of their places.
 * @param measure may put what it finds into the memory
 */
export function userReport(
  looksAt: LooksAt,
  extra: { name: string; bytes: Definition['extraBytes'] },
  measure: (users: UserFacts, window: Window, memory: ScratchBuffers) => Measure,
): Definition {
  const rank = ({ users, memory }: RunFacts, window: Window): RankedList => {
    const { values, places } = measure(users, window, memory);
    const keys = places
      ? valuesOf(places, users.keys, memory.allocate(places.length))
      : users.keys.subarray(0, values.length);
    // The counts along with the keys: to fetch them in the order of the list took longer than the rest of it.
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
    const places = listed(users, window).positions(memory);
    return { keys: valuesOf(places, users.keys, memory.allocate(places.length)), extras: [] };
  };
  return { looksAt, extras: [], extraBytes: 4, rank };
}

interface OrgReport {
  listed: Bitmap;
  /** By what they are ordered, most significant first; ids decide what is left. */
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
