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

/** A report: who is listed, by which measures, in which order. One folderless file each. */
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
    const valueOf = value(facts.users, window);
    const listed = byRecency(facts.users).filter((user) => valueOf(user) >= 1);
    const keys = stableSort(listed, (user) => descending(valueOf(user)));
    return { keys, extras: [Int32Array.from(keys, valueOf)] };
  };
  return { subject: 'user', report, extras: [extra], rank };
}

/** A report of users without a measure: the most recently active first, then by id. */
export function userList(report: string, isListed: UserQuestion<boolean>): Definition {
  const rank = (facts: RunFacts, window: Window): RankedList => {
    return { keys: byRecency(facts.users).filter(isListed(facts.users, window)), extras: [] };
  };
  return { subject: 'user', report, extras: [], rank };
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
    const { isListed, order, extras: valuesOf = [] } = define(facts.orgs, window);
    const keys = order.reduceRight(stableSort, facts.orgs.keys.filter(isListed));
    return { keys, extras: valuesOf.map((valueOf) => Int32Array.from(keys, valueOf)) };
  };
  return { subject: 'org', report, extras, rank };
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
