import type { NativeEvent, RecordOf } from '#libs/contracts';
import { Instance, calendarOf, type Settings } from '#libs/platform';
import { viaCopy, type Connection, type Database } from '#libs/database';
import { ActivityFold } from './activity-fold.service.js';
import type { UserAndOrg } from './activity-pairs.store.js';
import { NO_ORG } from '../blocks/no-org.js';
import { FactsService, type Written } from './facts.service.js';
import { keepHashedDomains } from './erased-domains.store.js';
import { restoreIdentities } from './identities.store.js';
import { IdStore } from './ids.store.js';
import { expectPresent } from './witness.js';
import { versionOf } from '../membership/version.js';

/** Loads large numbers of events, by COPY. The same rules apply as for single events. */
export class BulkLoad {
  private readonly ids: IdStore;
  private readonly facts: FactsService;
  private readonly fold: ActivityFold;

  constructor(
    private readonly database: Database,
    settings: Partial<Pick<Settings, 'INVITEE_HASH_KEY' | 'REPORT_TIME_ZONE'>>,
  ) {
    this.ids = new IdStore(database);
    this.facts = new FactsService(this.ids, new Instance(database, settings));
    this.fold = new ActivityFold(database, calendarOf(settings));
  }

  /**
   * Writes events in one transaction; about 10,000 per call are fastest. Stores no identities:
   * loading the same event again changes nothing.
   */
  async events(events: readonly NativeEvent[]): Promise<void> {
    await this.facts.resolving(events, (ids) =>
      this.database.transaction((db) => this.facts.writeFresh(db, events, ids, viaCopy), 'long'),
    );
  }

  /**
   * Writes events in one transaction and stores their identities. An event whose identity is known,
   * from here or from HTTP, changes nothing, even with different content.
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
   * Writes events of an exported store in one transaction. Stores no identities: these are lines of their own.
   * @param within runs in the same transaction, before it commits
   */
  async restoredEvents(
    events: readonly NativeEvent[],
    within: (db: Connection, written: Written) => Promise<void>,
  ): Promise<void> {
    await this.facts.resolving(events, (ids) =>
      this.database.transaction(async (db) => {
        await within(db, await this.facts.writeFresh(db, events, ids, viaCopy));
      }, 'long'),
    );
  }

  /** Writes the identities of an exported store. The earlier receipt of a known one is kept. */
  async identities(identities: readonly RecordOf<'insightd.identity'>[]): Promise<void> {
    await this.database.transaction((db) => restoreIdentities(db, identities), 'long');
  }

  /** Writes the hashes of the domains of deleted users' e-mails. The latest e-mail of a user counts. */
  async erasedDomains(erased: readonly RecordOf<'insightd.erased_domain'>[]): Promise<void> {
    const ids = new Set(erased.map(({ user_id: id }) => id));
    await this.facts.resolvingIds(ids, new Set(), ({ users, witnesses }) =>
      this.database.transaction(async (db) => {
        const rows = erased.map(({ user_id: id, domain, parents, time, event_id, source }) => ({
          userKey: users.get(id)!,
          domain: domain === null ? null : Buffer.from(domain, 'hex'),
          parents: parents.map((parent) => Buffer.from(parent, 'hex')),
          stamp: versionOf({ at: time, id: event_id, source }),
        }));
        await keepHashedDomains(db, rows);
        await expectPresent(db, witnesses);
      }),
    );
  }

  /**
   * Writes activity in one transaction: user `userIds[i]` was active at `seconds[i]`, unix seconds, in the org
   * `orgIds[i]`, or in an unnamed place. One day of users per call works well.
   */
  async activity(
    userIds: readonly string[],
    seconds: Uint32Array,
    orgIds: readonly (string | undefined)[] = [],
  ): Promise<void> {
    const named = new Set(orgIds.filter((id) => id !== undefined));
    await this.facts.resolvingIds(new Set(userIds), named, ({ users, orgs, witnesses }) =>
      this.fold.write(
        {
          users: Uint32Array.from(userIds, (id) => users.get(id)!),
          orgs: Uint32Array.from(orgIds, (id) => (id === undefined ? NO_ORG : orgs.get(id)!)),
          seconds,
        },
        witnesses,
      ),
    );
  }

  /** The keys of users, in the order of `userIds`. Creates missing ones. */
  async userKeys(userIds: readonly string[]): Promise<Uint32Array> {
    const { keys } = await this.ids.userKeys(userIds);
    return Uint32Array.from(userIds, (id) => keys.get(id)!);
  }

  /** The keys of orgs, in the order of `orgIds`. Creates missing ones. */
  async orgKeys(orgIds: readonly string[]): Promise<Uint32Array> {
    const { keys } = await this.ids.orgKeys(orgIds);
    return Uint32Array.from(orgIds, (id) => keys.get(id)!);
  }

  /**
   * The keys of pairs of a user and an org that activity names, in the order of `pairs`. Creates missing ones.
   * @param pairs keys of users and orgs, without repetitions
   */
  pairKeys(pairs: readonly UserAndOrg[]): Promise<Uint32Array> {
    return this.fold.pairKeys(pairs);
  }

  /**
   * `activity` by the keys of users and of the pairs of user and org; 0 names no org. The store must be the one that
   * the keys were read from; this is not checked.
   */
  async activityByKey(
    users: Uint32Array,
    seconds: Uint32Array,
    pairs = new Uint32Array(0),
  ): Promise<void> {
    await this.fold.writeByKey({ users, pairs, seconds });
  }
}
