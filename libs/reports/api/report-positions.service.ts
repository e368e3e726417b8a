import { Injectable } from '@nestjs/common';
import { RANKINGS, type RunReference, type ReportPosition, type Subject } from '#libs/contracts';
import { Database } from '#libs/database';
import { unlessMissing, retryIfPruned } from './retry-if-pruned.js';
import { keptRun } from './kept-runs.query.js';
import { Lists } from './lists.service.js';
import { positionOf } from './packed-list.query.js';

/** The positions of a user or an org in the latest reports. */
export interface ReportPositions {
  /** Null when no report was made yet. */
  run: RunReference | null;
  reports: ReportPosition[];
}

/** Finds users and orgs in the latest run. The first call after a run reads the lists, 25 MB for a million users. */
@Injectable()
export class ReportPositionsService {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** @param key the key of the user or org */
  of(subject: Subject, key: number): Promise<ReportPositions> {
    return retryIfPruned(async () => {
      const run = await keptRun(this.database.pool);
      if (!run) return { run: null, reports: [] };
      const reports: ReportPosition[] = [];
      for (const ranking of RANKINGS.filter((one) => one.subject === subject)) {
        const list = await unlessMissing(this.lists.of(run, ranking));
        const position = list && positionOf(list, key);
        if (!list || position === undefined) continue;
        const { report, interval } = ranking;
        reports.push({ report, interval, rank: position + 1, total_count: list.total });
      }
      return { run: { run_id: run.runId, report_time: run.reportTime }, reports };
    });
  }
}
