import { Inject, Injectable } from '@nestjs/common';
import { forgetChanges, forgetIdentities } from '#libs/facts';
import { Database, SETTINGS, type Settings } from '#libs/platform';
import { tidyDeadLetters } from './dead-letters.store.js';
import { dropOldCounts } from './ledger/counts.store.js';
import { LookUpsService } from './look-ups.service.js';
import { dropOldLookUps } from './look-ups.store.js';
import { Sources } from './sources/sources.js';

/** What a worker does for what comes in. */
@Injectable()
export class IngestUpkeep {
  constructor(
    private readonly database: Database,
    private readonly lookUps: LookUpsService,
    private readonly sources: Sources,
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
    await forgetChanges(this.database.pool);
    await forgetIdentities(this.database.pool, IDENTITY_DAYS, this.sources.orderedByArrival());
    await tidyDeadLetters(this.database.pool, DEAD_LETTER_DAYS);
    await dropOldLookUps(this.database.pool, DEAD_LETTER_DAYS);
    await dropOldCounts(this.database.pool);
  }
}
