import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { Logger, describeError } from '#libs/platform';
import { dropSnapshot } from '../snapshots/snapshots.store.js';
import { withdrawRun } from './pruning.store.js';

/** Takes runs back: for one that holds what is not so, such as one made by a clock that was wrong. */
@Injectable()
export class WithdrawalService {
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /**
   * Withdraws a run of any state, for good: it is served nowhere any more, one that waits or is under way is not made,
   * and its snapshot is dropped. Withdrawing it again changes nothing.
   * @returns false when there is no such run
   */
  async withdraw(runId: string): Promise<boolean> {
    const id = await withdrawRun(this.database.pool, runId);
    if (id === undefined) return false;
    this.logger.info('report run withdrawn', { runId });
    // While a reader holds it, it stays: a worker drops it after the next run.
    await this.database
      .transaction((db) => dropSnapshot(db, id))
      .catch((error: unknown) =>
        this.logger.warn('a withdrawn snapshot will be dropped later', describeError(error)),
      );
    return true;
  }
}
