import type { NativeEvent } from '#libs/contracts';
import { Instance, type Settings } from '#libs/platform';
import { viaCopy, type Connection, type Database } from '#libs/database';
import { ActivityFold } from './activity-fold.service.js';
import { FactsService, type Written } from './facts.service.js';
import { IdStore } from './ids.store.js';

/**
 * The way in for the past: the same rules as for events one by one, many at a time.
 */
export class BulkLoad {
  private readonly ids: IdStore;
  private readonly facts: FactsService;
  private readonly fold: ActivityFold;

  constructor(
    private readonly database: Database,
    settings: Pick<Settings, 'INVITEE_HASH_KEY'>,
  ) {
    this.ids = new IdStore(database);
    this.facts = new FactsService(this.ids, new Instance(database, settings));
    this.fold = new ActivityFold(database);
  }

  /**
   * Writes events in one transaction; some ten thousand at a time are fastest. It remembers no
   * identities: the same event, loaded again, is the same fact again, which changes nothing.
   */
  async events(events: readonly NativeEvent[]): Promise<void> {
    await this.facts.resolving(events, (ids) =>
      this.database.transaction((db) => this.facts.writeFresh(db, events, ids, viaCopy), 'long'),
    );
  }

  /**
   * As `events`, of events whose identities count: what came before, here or over HTTP, changes
   * nothing, even with another content.
   * @param within runs in the same transaction, before it commits
   */
  async eventsOnce(
    events: readonly NativeEvent[],
    within: (db: Connection, written: Written) => Promise<void>,
  ): Promise<Written> {
    return this.facts.resolving(events, (ids) =>
      this.database.transaction(async (db) => {
        const written = await this.facts.write(db, events, ids, viaCopy);
        await within(db, written);
        return written;
      }, 'long'),
    );
  }

  /**
   * Writes activity in one transaction: user `userIds[i]` was active at `seconds[i]`, unix seconds.
   * A day's worth of users at a time is a good measure.
   */
  async activity(userIds: readonly string[], seconds: Uint32Array): Promise<void> {
    await this.facts.resolvingUsers(userIds, ({ keys, witness }) =>
      this.fold.write(
        Uint32Array.from(userIds, (id) => keys.get(id)!),
        seconds,
        witness,
      ),
    );
  }

  /** The numbers of users, in the order of their ids; new ones where needed. */
  async userKeys(userIds: readonly string[]): Promise<Uint32Array> {
    const { keys } = await this.ids.userKeys(userIds);
    return Uint32Array.from(userIds, (id) => keys.get(id)!);
  }

  /** As `activity`, by the numbers of users, of a store that is certain to be the same as when they were read. */
  async activityByKey(keys: Uint32Array, seconds: Uint32Array): Promise<void> {
    await this.fold.write(keys, seconds, undefined);
  }
}
