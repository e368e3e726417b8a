import { Injectable } from '@nestjs/common';
import { RANKINGS, intervalsOf } from '#libs/contracts';
import { Database } from '#libs/database';
import { servedRun } from '../runs/runs.store.js';
import { totalsOf } from '../snapshots/page.query.js';
import { SnapshotPruned, retryIfPruned } from './retry-if-pruned.js';

/** Lists all reports and intervals with the length of each ranking in the latest run. */
@Injectable()
export class AvailableReportsService {
  constructor(private readonly database: Database) {}

  async list() {
    const { reportTime, totals } = await retryIfPruned(() => this.served());
    const reports = RANKINGS.map(({ subject, report, interval }) => {
      const made = totals.find(
        (one) => one.subject === subject && one.report === report && one.interval === interval,
      );
      return {
        subject,
        report,
        report_interval: interval,
        is_default: intervalsOf(subject, report)?.[0] === interval,
        total_count: made?.total ?? 0,
        report_time: made ? reportTime : 0,
      };
    });
    return { report_time: reportTime, reports };
  }

  /** @throws SnapshotPruned when the run is pruned between the two queries */
  private async served() {
    const run = await servedRun(this.database);
    if (!run) return { reportTime: 0, totals: [] };
    const totals = await totalsOf(this.database.pool, run.id);
    if (totals.length === 0) throw new SnapshotPruned();
    return { reportTime: run.reportTime, totals };
  }
}
