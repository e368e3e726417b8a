import { Inject, Injectable } from '@nestjs/common';
import { forgetChanges, forgetIdentities } from '#libs/facts';
import { Database, type Connection } from '#libs/database';
import { Logger, SETTINGS, type Settings, StoreWatch } from '#libs/platform';
import { lockLetters, readUnreadLetters } from './dead-letters/dead-letters.erasure.js';
import { dropExcessLetters, dropOldLetters } from './dead-letters/dead-letters.store.js';
import { dropOldCounts } from './statistics/counts.store.js';
import { EnrichmentService } from './enrichment/enrichment.service.js';
import { dropOldFetches } from './enrichment/enrichment.store.js';
import { Sources } from './sources/sources.js';

/** The regular work of a worker for ingest: enrichment and retention. */
@Injectable()
export class IngestRetention {
  constructor(
    private readonly database: Database,
    private readonly enrichment: EnrichmentService,
    private readonly sources: Sources,
    private readonly watch: StoreWatch,
    private readonly logger: Logger,
    @Inject(SETTINGS)
    private readonly settings: Pick<
      Settings,
      'IDENTITY_DAYS' | 'DEAD_LETTER_DAYS' | 'DEAD_LETTER_MAX_MB'
    >,
  ) {}

  /** Fetches values that messages left out. */
  enrich(): Promise<void> {
    return this.enrichment.turn();
  }

  /**
   * Deletes identities, dead letters, fetches and counts that are past their retention time, by the
   * database's clock. Skips this while the process's clock differs from it by an hour or more: with
   * a database clock that is ahead, everything looks old.
   */
  async prune(): Promise<void> {
    const { IDENTITY_DAYS, DEAD_LETTER_DAYS, DEAD_LETTER_MAX_MB } = this.settings;
    const { database } = this;
    const kept = this.sources.orderedByArrival();
    await database.transaction(forgetChanges, 'long');
    if (!this.watch.clocksAgree()) {
      this.logger.warn("expired data was not deleted: the clock differs from the database's");
      return;
    }
    while (await database.transaction((db) => forgetIdentities(db, IDENTITY_DAYS, kept), 'long'));
    await database.transaction((db) => dropOldLetters(db, DEAD_LETTER_DAYS), 'long');
    const maxBytes = DEAD_LETTER_MAX_MB * 1024 * 1024;
    await database.transaction((db) => dropExcessLetters(db, maxBytes), 'long');
    while (await database.transaction(readSomeLetters, 'long'));
    await database.transaction((db) => dropOldFetches(db, DEAD_LETTER_DAYS), 'long');
    await database.transaction(dropOldCounts, 'long');
  }
}

/** Reads the mentions of some letters. @returns whether there may be more unread letters */
async function readSomeLetters(db: Connection): Promise<boolean> {
  await lockLetters(db, 'shared');
  return readUnreadLetters(db);
}
