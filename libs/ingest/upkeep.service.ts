import { Inject, Injectable } from '@nestjs/common';
import { forgetChanges, forgetIdentities } from '#libs/facts';
import { Database, Logger, SETTINGS, StoreWatch, type Settings } from '#libs/platform';
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
    private readonly watch: StoreWatch,
    private readonly logger: Logger,
    @Inject(SETTINGS)
    private readonly settings: Pick<Settings, 'IDENTITY_DAYS' | 'DEAD_LETTER_DAYS'>,
  ) {}

  /** Fetches what messages left out. */
  lookUp(): Promise<void> {
    return this.lookUps.turn();
  }

  /**
   * Drops what has been remembered for long enough by the database's clock. Not while this process's clock differs from it by
   * an hour or more: when the database's is ahead, all that is remembered looks old.
   */
  async tidy(): Promise<void> {
    const { IDENTITY_DAYS, DEAD_LETTER_DAYS } = this.settings;
    await forgetChanges(this.database.pool);
    if (!this.watch.clocksAgree()) {
      this.logger.warn("nothing was dropped for its age: the clock differs from the database's");
      return;
    }
    await forgetIdentities(this.database.pool, IDENTITY_DAYS);
    await tidyDeadLetters(this.database.pool, DEAD_LETTER_DAYS);
    await dropOldLookUps(this.database.pool, DEAD_LETTER_DAYS);
    await dropOldCounts(this.database.pool);
  }
}
