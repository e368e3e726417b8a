import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Database } from '#libs/database';
import { flushSearchIndexes } from '#libs/facts';
import { Logger, StoreWatch, describeError } from '#libs/platform';

/** Searches read the entries that wait for the indexes one by one. */
const FLUSH_MS = 10_000;

/** Keeps the indexes of the search fast. */
@Injectable()
export class SearchSchedule {
  private isFlushing = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly watch: StoreWatch,
  ) {}

  @Interval(FLUSH_MS)
  async flush(): Promise<void> {
    if (this.isFlushing || this.watch.newerStore !== undefined) return;
    this.isFlushing = true;
    try {
      await flushSearchIndexes(this.database.pool);
    } catch (error) {
      this.logger.warn(
        'the flush of the search failed and will be tried again',
        describeError(error),
      );
    } finally {
      this.isFlushing = false;
    }
  }
}
