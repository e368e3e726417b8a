import { Injectable } from '@nestjs/common';
import { Calendar } from '#libs/contracts';
import { Database, committedOnAllNodes, isReadOnly, type Connection } from '#libs/database';
import { ActivityEntries } from '../blocks/activity-entries.js';
import { DayBlocks } from '../blocks/day-block.js';
import { NO_ORG } from '../blocks/no-org.js';
import { PairSet } from '../blocks/pair-set.js';
import { hasActivity, takeActivity } from './activity-log.store.js';
import { pairKeys, raisePairSequence, type UserAndOrg } from './activity-pairs.store.js';
import {
  queueActiveDays,
  queueEverything,
  orActivity,
  type ActiveUsers,
} from './activity.store.js';
import { raiseLastActive } from './last-active.store.js';
import { expectCalendar } from './store-calendar.store.js';
import { expectPresent, type Witnesses } from './witness.js';

/** User `users[i]` was active at `seconds[i]`, unix seconds, in the org `orgs[i]`, or in none that is named. */
export interface ActivityColumns {
  users: Uint32Array;
  /** `NO_ORG`, or a missing entry, where no org is named. */
  orgs: Uint32Array;
  seconds: Uint32Array;
}

/** User `users[i]` was active at `seconds[i]`, unix seconds, and named the org of the pair `pairs[i]`. */
export interface KeyedColumns {
  users: Uint32Array;
  /** Keys of (user, org) pairs; `NO_PAIR`, or a missing entry, where no org is named. */
  pairs: Uint32Array;
  seconds: Uint32Array;
}

/** The key of no pair. */
const NO_PAIR = 0;

// Advisory lock key: the letters "fold".
const FOLD_LOCK = 0x666f6c64;

/**
 * Folds the activity log into the daily bitmaps and the last activity of each user. Bits are
 * combined by OR and times by maximum, so the result does not depend on when or in which portions
 * the log is folded.
 */
@Injectable()
export class ActivityFold {
  /** Whether this process has compared the sequence of pairs with their keys. */
  private knowsSequence = false;

  constructor(
    private readonly database: Database,
    private readonly calendar: Calendar,
  ) {}

  /** Folds all entries committed before this call. Waits while another process folds. */
  async fold(duration: 'short' | 'long' = 'long'): Promise<void> {
    if (await hasActivity(this.database.pool)) {
      // Stops at the first portion that is not full: under load, the log is never empty.
      while (await this.database.transaction((db) => this.foldSome(db), duration));
    }
    // Another process may be folding the last entries.
    await committedOnAllNodes(this.database.pool);
  }

  /** `fold` for a request. Does nothing on a read-only database. */
  async foldUnlessReadOnly(): Promise<void> {
    await this.fold('short').catch((error: unknown) => {
      if (!isReadOnly(error)) throw error;
    });
  }

  /** Folds one portion. @returns whether there may be more */
  private async foldSome(db: Connection): Promise<boolean> {
    await this.lock(db);
    const { taken, rest } = await takeActivity(db);
    const entries = new ActivityEntries(this.calendar);
    for (const packed of taken) entries.addPacked(packed);
    await queueActiveDays(db, await put(db, entries));
    return rest;
  }

  /**
   * Writes activity directly, without the log. Queues one rederivation of everything, because a list
   * of users per day would be too large.
   * @param witnesses of the keys
   * @throws StoreChanged
   */
  async write({ users, orgs, seconds }: ActivityColumns, witnesses: Witnesses): Promise<void> {
    const entries = new ActivityEntries(this.calendar);
    for (let index = 0; index < users.length; index++) {
      const org = orgs[index] ?? NO_ORG;
      if (org === NO_ORG) entries.add(users[index]!, seconds[index]!);
      else entries.addNamed(users[index]!, org, seconds[index]!);
    }
    await this.database.transaction(async (db) => {
      await this.lock(db);
      if ((await put(db, entries)).size > 0) await queueEverything(db);
      await expectPresent(db, witnesses);
    }, 'long');
  }

  /** The keys of (user, org) pairs, in their order. Creates missing ones. @param pairs without repetitions */
  async pairKeys(pairs: readonly UserAndOrg[]): Promise<Uint32Array> {
    const keys = await this.database.transaction(async (db) => {
      await this.lock(db);
      return pairKeys(db, PairSet.of(pairs));
    }, 'long');
    return Uint32Array.from(keys);
  }

  /**
   * `write` for callers that keep the keys of pairs: ten million of them are neither collected nor looked up each time.
   * The keys are not checked.
   */
  async writeByKey({ users, pairs, seconds }: KeyedColumns): Promise<void> {
    const entries = new ActivityEntries(this.calendar);
    const named = new DayBlocks();
    for (const [index, user] of users.entries()) {
      entries.add(user, seconds[index]!);
      const pair = pairs[index] ?? NO_PAIR;
      if (pair !== NO_PAIR) named.add(this.calendar.dayOf(seconds[index]! * 1000), pair);
    }
    await this.database.transaction(async (db) => {
      await this.lock(db);
      const changed = await put(db, entries);
      await orActivity(db, 'named_activity', named);
      if (changed.size > 0 || !named.isEmpty) await queueEverything(db);
    }, 'long');
  }

  /** Allows one writer at a time: `raiseLastActive` reads, then writes. */
  private async lock(db: Connection): Promise<void> {
    await db.query('select pg_advisory_xact_lock($1)', [FOLD_LOCK]);
    await expectCalendar(db, this.calendar);
    if (this.knowsSequence) return;
    await raisePairSequence(db);
    this.knowsSequence = true;
  }
}

/** @returns the users who are newly active, or newly named an org */
async function put(db: Connection, entries: ActivityEntries): Promise<ActiveUsers> {
  const { days, latest } = entries;
  await raiseLastActive(db, latest);
  await orActivity(db, 'activity', days);
  const changed = days.keys;
  for (const [day, users] of await putNamed(db, entries)) {
    changed.set(day, [...new Set([...(changed.get(day) ?? []), ...users])]);
  }
  return changed;
}

async function putNamed(
  db: Connection,
  { named, namedDays }: ActivityEntries,
): Promise<ActiveUsers> {
  if (named.size === 0) return new Map();
  const keys = await pairKeys(db, named);
  const userOf = new Map<number, number>();
  for (const [place, key] of keys.entries()) userOf.set(key, named.users[place]!);
  const blocks = new DayBlocks();
  for (const [day, places] of namedDays.keys) {
    for (const place of places) blocks.add(day, keys[place]!);
  }
  await orActivity(db, 'named_activity', blocks);
  return new Map(
    [...blocks.keys].map(([day, pairs]) => [day, pairs.map((pair) => userOf.get(pair)!)] as const),
  );
}
