import { Inject, Injectable } from '@nestjs/common';
import { forgetChanges, forgetIdentities } from '#libs/facts';
import { Database, SETTINGS, type Settings } from '#libs/platform';
import { tidyDeadLetters } from './dead-letters.store.js';
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
    private readonly settings: Pick<Settings, 'IDENTITY_DAYS' | 'DEAD_LETTER_DAYS'>,
  ) {}

  /** Fetches what messages left out. */
  lookUp(): Promise<void> {
    return this.lookUps.turn();
  }

  /** Drops what has been remembered for long enough. */
  async tidy(): Promise<void> {
    const { IDENTITY_DAYS, DEAD_LETTER_DAYS } = this.settings;
    const { database } = this;
    await database.transaction(forgetChanges, 'long');
    while (await database.transaction((db) => forgetIdentities(db, IDENTITY_DAYS), 'long'));
    await database.transaction((db) => tidyDeadLetters(db, DEAD_LETTER_DAYS), 'long');
    await database.transaction((db) => dropOldLookUps(db, DEAD_LETTER_DAYS), 'long');
    await database.transaction(dropOldCounts, 'long');
  }
}
