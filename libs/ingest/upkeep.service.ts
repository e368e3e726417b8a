import { Inject, Injectable } from '@nestjs/common';
import { forgetChanges, forgetIdentities } from '#libs/facts';
import { Database, SETTINGS, type Settings } from '#libs/platform';
import { lockLetters, readUnreadLetters } from './dead-letters.erasure.js';
import { dropExcessLetters, dropOldLetters } from './dead-letters.store.js';
import { dropOldCounts } from './ledger/counts.store.js';
import { LookUpsService } from './look-ups.service.js';
import { dropOldLookUps } from './look-ups.store.js';

/** What a worker does for what comes in. */
@Injectable()
export class IngestUpkeep {
  constructor(
    private readonly database: Database,
    private readonly lookUps: LookUpsService,
    @Inject(SETTINGS)
    private readonly settings: Pick<
      Settings,
      'IDENTITY_DAYS' | 'DEAD_LETTER_DAYS' | 'DEAD_LETTER_MAX_MB'
    >,
  ) {}

  /** Fetches what messages left out. */
  lookUp(): Promise<void> {
    return this.lookUps.turn();
  }

  /** Drops what has been remembered for long enough. */
  async tidy(): Promise<void> {
    const { IDENTITY_DAYS, DEAD_LETTER_DAYS, DEAD_LETTER_MAX_MB } = this.settings;
    await forgetChanges(this.database.pool);
    await forgetIdentities(this.database.pool, IDENTITY_DAYS);
    await dropOldLetters(this.database.pool, DEAD_LETTER_DAYS);
    await dropExcessLetters(this.database.pool, DEAD_LETTER_MAX_MB * 1024 * 1024);
    let isMore = true;
    while (isMore) {
      isMore = await this.database.transaction(async (db) => {
        await lockLetters(db, 'shared');
        return readUnreadLetters(db);
      });
    }
    await dropOldLookUps(this.database.pool, DEAD_LETTER_DAYS);
    await dropOldCounts(this.database.pool);
  }
}
