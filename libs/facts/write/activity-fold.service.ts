import { Injectable } from '@nestjs/common';
import { Database, isReadOnly, type Connection } from '#libs/database';
import { ActivityEntries } from '../blocks/activity-entries.js';
import { hasActivity, takeActivity } from './activity-log.store.js';
import { queueActiveDays, queueEverything, orActivity } from './activity.store.js';
import { raiseLastActive } from './last-active.store.js';
import { expectPresent, type Witness } from './witness.js';

// Advisory lock key: the letters "fold".
const FOLD_LOCK = 0x666f6c64;

/**
 * Folds the activity log into the daily bitmaps and the last activity of each user. Bits are
 * combined by OR and times by maximum, so the result does not depend on when or in which portions
 * the log is folded.
 */
@Injectable()
export class ActivityFold {
  constructor(private readonly database: Database) {}

  /** Folds all entries committed before this call. Waits while another process folds. */
  async fold(duration: 'short' | 'long' = 'long'): Promise<void> {
    if (!(await hasActivity(this.database.pool))) return;
    // Stops at the first portion that is not full: under load, the log is never empty.
    while (await this.database.transaction((db) => this.foldSome(db), duration));
  }

  /** `fold` for a request. Does nothing on a read-only database. */
  async foldUnlessReadOnly(): Promise<void> {
    await this.fold('short').catch((error: unknown) => {
      if (!isReadOnly(error)) throw error;
    });
  }

  /** Folds one portion. @returns whether there may be more */
  private async foldSome(db: Connection): Promise<boolean> {
    await lock(db);
    const { taken, rest } = await takeActivity(db);
    const entries = new ActivityEntries();
    for (const packed of taken) entries.addPacked(packed);
    await queueActiveDays(db, await put(db, entries));
    return rest;
  }

  /**
   * Writes activity directly, without the log: user `keys[i]` was active at `seconds[i]`, unix
   * seconds. Queues one rederivation of everything, because a list of users per day would be too
   * large.
   * @param witness of the keys
   * @throws StoreChanged
   */
  async write(
    keys: Uint32Array,
    seconds: Uint32Array,
    witness: Witness | undefined,
  ): Promise<void> {
    const entries = new ActivityEntries();
    for (let index = 0; index < keys.length; index++) entries.add(keys[index]!, seconds[index]!);
    await this.database.transaction(async (db) => {
      await lock(db);
      if ((await put(db, entries)).size > 0) await queueEverything(db);
      await expectPresent(db, { users: witness, orgs: undefined });
    }, 'long');
  }
}

/** Allows one writer at a time: `raiseLastActive` reads, then writes. */
async function lock(db: Connection): Promise<void> {
  await db.query('select pg_advisory_xact_lock($1)', [FOLD_LOCK]);
}

/** @returns the users newly active on each day */
async function put(
  db: Connection,
  { days, latest }: ActivityEntries,
): Promise<Map<string, number[]>> {
  await raiseLastActive(db, latest);
  return orActivity(db, days);
}
