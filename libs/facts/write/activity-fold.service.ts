import { Injectable } from '@nestjs/common';
import { Database, isReadOnly, type Connection } from '#libs/database';
import { ActivityEntries } from '../blocks/activity-entries.js';
import { hasActivity, takeActivity } from './activity-log.store.js';
import { queueActiveDays, queueEverything, orActivity } from './activity.store.js';
import { raiseLastActive } from './last-active.store.js';
import { expectPresent, type Witness } from './witness.js';

// Any number of our own: the letters "fold".
const FOLD_LOCK = 0x666f6c64;

/**
 * Folds the log of activity into what is known of each day and of each user. Days are united and the
 * latest wins, so when it is done, and in which portions, changes nothing.
 */
@Injectable()
export class ActivityFold {
  constructor(private readonly database: Database) {}

  /** Folds all that was committed before this call; waits when another process is at it. */
  async fold(duration: 'short' | 'long' = 'long'): Promise<void> {
    if (!(await hasActivity(this.database.pool))) return;
    // Not until the log is empty: while events go on coming, it never is.
    while (await this.database.transaction((db) => this.foldSome(db), duration));
  }

  /** As `fold` for a request, but on a copy of the database that cannot be written it is left to those who can. */
  async foldUnlessReadOnly(): Promise<void> {
    await this.fold('short').catch((error: unknown) => {
      if (!isReadOnly(error)) throw error;
    });
  }

  /** @returns whether more was there */
  private async foldSome(db: Connection): Promise<boolean> {
    await lock(db);
    const { taken, rest } = await takeActivity(db);
    const entries = new ActivityEntries();
    for (const packed of taken) entries.addPacked(packed);
    await queueActiveDays(db, await put(db, entries));
    return rest;
  }

  /**
   * Writes activity that never was in the log: user `keys[i]` was active at `seconds[i]`, unix seconds.
   * It is too much to say of each day who was active on it.
   * @param witness of the numbers
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

/** One at a time: what is read to be raised must not be raised by another meanwhile. */
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
