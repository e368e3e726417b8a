import type { Ranking } from '#libs/contracts';
import { stableSort, descending } from '../runs/order.js';
import type { CountWindow, OrgFacts, RunFacts, UserFacts } from '../runs/run-facts.js';

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

type UserQuestion<A> = (users: UserFacts, window: Window) => (user: number) => A;

/**
 * A report of users: those with a value of 1 or more, greatest value first; then the most recently
 * active first, then by id.
 */
export function userReport(report: string, extra: string, value: UserQuestion<number>): Definition {
  const rank = (facts: RunFacts, window: Window): RankedList => {
    const values = answers(facts.users, value(facts.users, window));
    const listed = byRecency(facts.users).filter((user) => values[user]! >= 1);
    const keys = stableSort(listed, (user) => descending(values[user]!));
    return { keys, extras: [valuesOf(keys, (user) => values[user]!)] };
  };
  return { subject: 'user', report, extras: [extra], rank };
}

/** A report of users without a measure: the most recently active first, then by id. */
export function userList(report: string, isListed: UserQuestion<boolean>): Definition {
  const rank = (facts: RunFacts, window: Window): RankedList => {
    const isListedHere = isListed(facts.users, window);
    const listed = answers(facts.users, (user) => (isListedHere(user) ? 1 : 0));
    return { keys: byRecency(facts.users).filter((user) => listed[user] === 1), extras: [] };
  };
  return { subject: 'user', report, extras: [], rank };
}

/**
 * The answer for each key, asked in the order of the keys: their facts lie side by side in memory.
 * Asked in the order of a list, at a million users, three times as much time goes into waiting for it.
 */
function answers(users: UserFacts, answer: (user: number) => number): Uint32Array {
  const values = new Uint32Array(users.createdAt.length);
  for (let key = 0; key < values.length; key++) values[key] = answer(key);
  return values;
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
  const rank = (facts: RunFacts, window: Window): RankedList => {
    const { isListed, order, extras: measures = [] } = define(facts.orgs, window);
    const keys = order.reduceRight(stableSort, facts.orgs.keys.filter(isListed));
    return { keys, extras: measures.map((measure) => valuesOf(keys, measure)) };
  };
  return { subject: 'org', report, extras, rank };
}

/** A measure of each key, in their order. `Int32Array.from` does the same ten times slower. */
function valuesOf(keys: Uint32Array, measure: (key: number) => number): Int32Array {
  const values = new Int32Array(keys.length);
  for (let place = 0; place < keys.length; place++) values[place] = measure(keys[place]!);
  return values;
}

const recency = new WeakMap<UserFacts, Uint32Array>();

/** All users, the most recently active first, then by id. Sorted once a run: every list of users needs it. */
function byRecency(users: UserFacts): Uint32Array {
  const known = recency.get(users);
  if (known) return known;
  const sorted = stableSort(users.keys, (user) => descending(users.lastActiveAt[user]!));
  recency.set(users, sorted);
  return sorted;
}
