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

/** What a worker does for what comes in. */
@Injectable()
export class IngestRetention {
  constructor(
    private readonly database: Database,
    private readonly lookUps: EnrichmentService,
    private readonly sources: Sources,
    private readonly watch: StoreWatch,
    private readonly logger: Logger,
    @Inject(SETTINGS)
    private readonly settings: Pick<
      Settings,
      'IDENTITY_DAYS' | 'DEAD_LETTER_DAYS' | 'DEAD_LETTER_MAX_MB'
    >,
  ) {}

  /** Fetches what messages left out. */
  enrich(): Promise<void> {
    return this.lookUps.turn();
  }

  /**
   * Drops what has been remembered for long enough by the database's clock. Not while this process's clock differs from it by
   * an hour or more: when the database's is ahead, all that is remembered looks old.
   */
  async prune(): Promise<void> {
    const { IDENTITY_DAYS, DEAD_LETTER_DAYS, DEAD_LETTER_MAX_MB } = this.settings;
    const { database } = this;
    const kept = this.sources.orderedByArrival();
    await database.transaction(forgetChanges, 'long');
    if (!this.watch.clocksAgree()) {
      this.logger.warn("nothing was dropped for its age: the clock differs from the database's");
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

/** @returns whether letters are left that have not been read for the ids they mention */
async function readSomeLetters(db: Connection): Promise<boolean> {
  await lockLetters(db, 'shared');
  return readUnreadLetters(db);
}
