import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Database } from '#libs/database';
import { flushSearchIndexes } from '#libs/facts';
import { Logger, StoreWatch } from '#libs/platform';
import { OneAtATime } from './one-at-a-time.js';

/** Searches read the entries that wait for the indexes one by one. */
const FLUSH_MS = 10_000;

/** Keeps the indexes of the search fast. */
@Injectable()
export class SearchSchedule {
  private readonly tasks: OneAtATime;

  constructor(
    private readonly database: Database,
    logger: Logger,
    watch: StoreWatch,
  ) {
    this.tasks = new OneAtATime(logger, watch);
  }

  @Interval(FLUSH_MS)
  flush(): Promise<void> {
    return this.tasks.run('flush of the search', () => flushSearchIndexes(this.database.pool));
  }
}
