import type { Ranking } from '#libs/contracts';
import type { ActivityMasks } from '../runs/activity-masks.js';
import { placesWhere, valuesOf, type CountWindow } from '../runs/columns.js';
import { descending, stableSort } from '../runs/order.js';
import type { OrgFacts, RunFacts, UserFacts } from '../runs/run-facts.js';

/** The windows of a run of n days, in ages: W(n) is `[0, n)`, P(n) is `[n, 2n)`. */
export interface Window {
  days: number;
  /** First day of W(n), counted from 1970. */
  firstDay: number;
  /** First day of P(n). */
  firstDayBefore: number;
}

/** A ranked list: keys in order and, for each of the report's extras, the value of each entry. */
export interface RankedList {
  keys: Uint32Array;
  extras: Int32Array[];
}

/** A report: who is listed, by which measures, in which order. */
export interface Definition {
  subject: Ranking['subject'];
  report: string;
  /** Names of what an entry carries in `extra_properties`. */
  extras: readonly string[];
  /** Bytes that hold each extra: 1 where it is never above 255, else 4. */
  extraBytes: 1 | 4;
  rank(facts: RunFacts, window: Window): RankedList;
}

export function windowOf(facts: RunFacts, days: number): Window {
  const firstDay = facts.moment.day - days + 1;
  return { days, firstDay, firstDayBefore: firstDay - days };
}

/** The days of a window that is also counted over. */
export function countWindow({ days }: Window): CountWindow {
  return days as CountWindow;
}

/** Whether a user or org was active in W(n), and whether in P(n). */
export function activityIn(
  activity: ActivityMasks,
  days: number,
): [isActive: (place: number) => boolean, wasActive: (place: number) => boolean] {
  return [activity.isActive(0, days), activity.isActive(days, 2 * days)];
}

type UserQuestion<A> = (users: UserFacts, window: Window) => (user: number) => A;

/**
 * A report of users: those with a value of 1 or more, greatest value first; then the most recently
 * active first, then by id, which is the order of their places.
 */
export function userReport(
  report: string,
  extra: { name: string; bytes: Definition['extraBytes'] },
  value: UserQuestion<number>,
): Definition {
  const rank = ({ users }: RunFacts, window: Window): RankedList => {
    const values = measured(users.keys.length, value(users, window));
    const listed = placesWhere(values.length, (user) => values[user]! >= 1);
    const places = stableSort(listed, (user) => descending(values[user]!));
    return { keys: valuesOf(places, users.keys), extras: [signed(valuesOf(places, values))] };
  };
  return { subject: 'user', report, extras: [extra.name], extraBytes: extra.bytes, rank };
}

/** A report of users without a measure: the most recently active first, then by id. */
export function userList(report: string, isListed: UserQuestion<boolean>): Definition {
  const rank = ({ users }: RunFacts, window: Window): RankedList => {
    const places = placesWhere(users.keys.length, isListed(users, window));
    return { keys: valuesOf(places, users.keys), extras: [] };
  };
  return { subject: 'user', report, extras: [], extraBytes: 4, rank };
}

/** Turns a value so that it sorts as wanted: `ascending` or `descending` of it. */
type SortKey = (org: number) => number;

interface OrgReport {
  isListed: (org: number) => boolean;
  /** Most significant first; ids decide what is left. */
  order: SortKey[];
  extras?: ((org: number) => number)[];
}

export function orgReport(
  report: string,
  extras: readonly string[],
  define: (orgs: OrgFacts, window: Window) => OrgReport,
): Definition {
  const rank = ({ orgs }: RunFacts, window: Window): RankedList => {
    const { isListed, order, extras: measures = [] } = define(orgs, window);
    const listed = placesWhere(orgs.keys.length, isListed);
    const places = order.reduceRight(stableSort, listed);
    const valuesHere = (measure: (org: number) => number) =>
      valuesOf(places, measured(orgs.keys.length, measure));
    return {
      keys: valuesOf(places, orgs.keys),
      extras: measures.map((measure) => signed(valuesHere(measure))),
    };
  };
  return { subject: 'org', report, extras, extraBytes: 4, rank };
}

/** A measure of each place. */
function measured(count: number, measure: (place: number) => number): Uint32Array {
  const values = new Uint32Array(count);
  for (let place = 0; place < count; place++) values[place] = measure(place);
  return values;
}

/** The same 32 bits, read as numbers that may be negative. */
function signed(values: Uint32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}
