import { Injectable } from '@nestjs/common';
import type { SegmentRequest, Subject } from '#libs/contracts';
import { Database, type Connection } from '#libs/database';
import { ActivityFold } from '#libs/facts';
import { Turns } from '#libs/platform';
import { SegmentsService } from '#libs/segments';
import { ActivityReader } from './activity-reader.js';

/** Charts computed at a time, and that wait. Each takes up to 50 MB and a connection of the main pool. */
const [AT_ONCE, MAX_WAITING] = [2, 50];

/** The users or orgs that a chart counts. */
export interface Population extends SegmentRequest {
  subject: Subject;
}

/** Gives each chart one snapshot of the activity. */
@Injectable()
export class ActivityReadings {
  private readonly turns = new Turns(AT_ONCE, MAX_WAITING, 'charts');

  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly segments: SegmentsService,
  ) {}

  /**
   * Runs `work` in a transaction whose statements all see one snapshot.
   * @throws ApiError `invalid` or `not_found` for conditions or a segment that cannot be used, `unavailable` when too
   * many charts wait
   */
  async read<T>(
    { subject, ...request }: Population,
    work: (reader: ActivityReader, db: Connection) => Promise<T>,
  ): Promise<T> {
    const segment = await this.segments.countedOf(subject, request);
    // Includes events accepted just now. The activity of orgs is derived in the background instead.
    if (subject === 'user') await this.activity.foldUnlessReadOnly();
    return this.turns.take(() =>
      this.database.transaction(async (db) => {
        await db.query('set transaction isolation level repeatable read, read only');
        return work(await ActivityReader.open(db, subject, segment), db);
      }, 'long'),
    );
  }
}
