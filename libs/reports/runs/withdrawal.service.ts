import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { Logger, describeError } from '#libs/platform';
import { dropSnapshot } from '../snapshots/snapshots.store.js';
import { withdrawRun } from './pruning.store.js';

/** Withdraws runs with wrong content, such as runs made while a clock was wrong. */
@Injectable()
export class WithdrawalService {
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /**
   * Withdraws a run of any state permanently: it is no longer served, a queued or running run is not completed, and its
   * snapshot is dropped. Withdrawing it again changes nothing.
   * @returns false for an unknown run
   */
  async withdraw(runId: string): Promise<boolean> {
    const id = await withdrawRun(this.database.pool, runId);
    if (id === undefined) return false;
    this.logger.info('report run withdrawn', { runId });
    // The drop fails while a reader uses the snapshot. A worker then drops it after the next run.
    await this.database
      .transaction((db) => dropSnapshot(db, id))
      .catch((error: unknown) =>
        this.logger.warn('a withdrawn snapshot will be dropped later', describeError(error)),
      );
    return true;
  }
}
