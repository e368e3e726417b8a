import { Calendar, DAY_MS, intervalDays, type Subject } from '#libs/contracts';
import { Bitset } from '#libs/facts';
import { definitionOf, healthColumns, windowOf } from '../../../libs/reports/definitions/index.js';
import {
  ACTIVE_USER_COUNTS,
  type ActiveUserWindow,
} from '../../../libs/reports/engine/active-users.js';
import { ActivityBitmaps } from '../../../libs/reports/engine/activity-bitmaps.js';
import { perWindow } from '../../../libs/reports/engine/columns.js';
import { matching } from '../../../libs/reports/engine/positions.js';
import { InviteeCounts } from '../../../libs/reports/engine/invitee-counts.js';
import type { OrgFacts, RunFacts, UserFacts } from '../../../libs/reports/engine/run-facts.js';
import { ScratchBuffers } from '../../../libs/reports/engine/scratch-buffers.js';
import { beginSort, sortPart } from '../../../libs/reports/engine/sort-users.js';

// Days are given by their age: 0 is the day D of the report, 1 the day before it.

export interface UserCase {
  /** Age of the day of creation, or the instant in milliseconds since 1970. */
  created: number | { at: number };
  /** Ages of the active days. */
  active?: readonly number[];
  /** Seconds after noon of the last active day; 0 by default. */
  seconds?: number;
  /** For each invited address, the age of the last invite. */
  invited?: readonly number[];
}

export interface OrgCase {
  created: number | { at: number };
  active?: readonly number[];
  members?: number;
  /** The age of each addition and removal. */
  added?: readonly number[];
  removed?: readonly number[];
  /** The numbers of active users per window. */
  activeUsers?: Partial<Record<ActiveUserWindow, number>>;
  userDays?: number;
  /** The key of a user, the days in P(30), and whether the user has stayed. */
  champion?: readonly [user: number, days: number, stayed: boolean];
  /** When the last owner left, in unix seconds. */
  lostOwner?: number;
}

const WEIGHTS = { adoption: 40, frequency: 25, trend: 20, recency: 15 };

/** 2026-01-31 in UTC. */
const D = Date.UTC(2026, 0, 31);

/** The lists of the reports of a store with these users and orgs, which are named by their ids. */
export function reportsOf(
  cases: { users?: Record<string, UserCase>; orgs?: Record<string, OrgCase> },
  day = D,
  calendar = new Calendar(),
) {
  const memory = new ScratchBuffers();
  const users = Object.entries(cases.users ?? {});
  const orgs = Object.entries(cases.orgs ?? {}).sort(byId);
  const about = {
    moment: { reportTime: calendar.lastSecondOf(day) / 1000, day: day / DAY_MS },
    calendar,
    healthWeights: WEIGHTS,
  };
  const ofOrgs = orgFacts(orgs, day);
  const facts: RunFacts = {
    ...about,
    memory,
    users: userFacts(users, day, memory),
    orgs: { ...ofOrgs, health: healthColumns({ ...about, orgs: ofOrgs }) },
  };
  return {
    facts,
    /** The entries of a list in order: the id, then the report's additional numbers. */
    list: (subject: Subject, report: string, interval: string): [string, ...number[]][] => {
      const window = windowOf(facts, intervalDays(interval));
      const { keys, extras } = definitionOf({ subject, report }).rank(facts, window);
      const ids = (subject === 'user' ? users : orgs).map(([id]) => id);
      return Array.from(keys, (key, index) => {
        return [ids[key]!, ...extras.map((column) => column[index]! | 0)];
      });
    },
    /** The ids of a list in order. */
    ids(subject: Subject, report: string, interval: string): string[] {
      return this.list(subject, report, interval).map(([id]) => id);
    },
  };
}

function byId([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

const noonOf = (day: number, age: number) => day - age * DAY_MS + DAY_MS / 2;

const instantOf = (day: number, given: number | { at: number }) =>
  typeof given === 'number' ? noonOf(day, given) : given.at;

function activityOf(cases: readonly { active?: readonly number[] }[]): ActivityBitmaps {
  const activity = ActivityBitmaps.none(cases.length);
  for (const [key, { active = [] }] of cases.entries()) {
    for (const age of active) if (age < 90) activity.mark(key, age);
  }
  return activity;
}

function userFacts(
  users: readonly [string, UserCase][],
  day: number,
  memory: ScratchBuffers,
): UserFacts {
  const inOrder = users.toSorted(byId).map(([id]) => id);
  const exists = new Bitset(users.length);
  const invitees = new InviteeCounts(users.length, memory);
  for (const [key, [, { invited = [] }]] of users.entries()) {
    exists.add(key);
    for (const age of invited) invitees.add(key, age);
  }
  const { sorted, parts } = beginSort(
    {
      exists,
      ranks: Uint32Array.from(users, ([id]) => inOrder.indexOf(id)),
      createdAt: Float64Array.from(users, ([, { created }]) => instantOf(day, created)),
      lastActiveAt: Uint32Array.from(users, ([, { created, active = [], seconds = 0 }]) => {
        const latest = instantOf(day, active.length > 0 ? Math.min(...active) : created);
        const isInstant = typeof created !== 'number';
        return Math.floor((isInstant ? created.at : latest) / 1000) + seconds;
      }),
      activity: activityOf(users.map(([, user]) => user)),
    },
    memory,
  );
  for (const part of parts) sortPart(part, memory);
  return {
    ...sorted,
    size: users.length,
    inviters: invitees.forKeys(sorted.keys),
    keysById: Uint32Array.from(inOrder, (id) => users.findIndex(([one]) => one === id)),
    openSpans: new Uint32Array(users.length),
  };
}

function orgFacts(orgs: readonly [string, OrgCase][], day: number): Omit<OrgFacts, 'health'> {
  const column = (valueOf: (org: OrgCase) => number | undefined) =>
    Uint32Array.from(orgs, ([, org]) => valueOf(org) ?? 0);
  const counts = (agesOf: (org: OrgCase) => readonly number[] | undefined) =>
    perWindow((days) =>
      Uint32Array.from(orgs, ([, org]) => (agesOf(org) ?? []).filter((age) => age < days).length),
    );
  return {
    keys: Uint32Array.from(orgs, (_, key) => key),
    size: orgs.length,
    createdAt: Uint32Array.from(orgs, ([, { created }]) => instantOf(day, created) / 1000),
    activity: activityOf(orgs.map(([, org]) => org)),
    members: column(({ members }) => members),
    added: counts(({ added }) => added),
    removed: counts(({ removed }) => removed),
    activeUsers: Object.fromEntries(
      ACTIVE_USER_COUNTS.map((name) => [name, column(({ activeUsers }) => activeUsers?.[name])]),
    ) as OrgFacts['activeUsers'],
    userDays: column(({ userDays }) => userDays),
    champions: {
      users: column(({ champion }) => champion?.[0]),
      days: column(({ champion }) => champion?.[1]),
      stayed: column(({ champion }) => Number(champion?.[2] ?? false)),
    },
    lostOwners: {
      orgs: matching(orgs.length, (position) => orgs[position]![1].lostOwner !== undefined),
      at: column(({ lostOwner }) => lostOwner),
    },
  };
}
