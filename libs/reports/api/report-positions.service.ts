import { Injectable } from '@nestjs/common';
import {
  RANKINGS,
  type OrgHealth,
  type ReportPosition,
  type RunReference,
  type Subject,
} from '#libs/contracts';
import { Database } from '#libs/database';
import { unlessMissing, retryIfPruned } from './retry-if-pruned.js';
import { keptRun, type KeptRun } from './kept-runs.query.js';
import { Lists } from './lists.service.js';
import { extrasAt } from './listed-rows.js';
import { positionOf } from './packed-list.query.js';

/** The report with the health of each org. */
const HEALTH = { report: 'health', interval: '30' };

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
    return this.inLatestRun((run) => this.positions(run, subject, key));
  }

  /** Also the health of the org in the same run; null without a run, or when the run lists no health of it. */
  async ofOrg(key: number): Promise<ReportPositions & { health: OrgHealth | null }> {
    let health: OrgHealth | null = null;
    const positions = await this.inLatestRun(async (run) => {
      health = await this.health(run, key);
      return this.positions(run, 'org', key);
    });
    return { health, ...positions };
  }

  private inLatestRun(read: (run: KeptRun) => Promise<ReportPosition[]>): Promise<ReportPositions> {
    return retryIfPruned(async () => {
      const run = await keptRun(this.database.pool);
      if (!run) return { run: null, reports: [] };
      const reports = await read(run);
      return { run: { run_id: run.runId, report_time: run.reportTime }, reports };
    });
  }

  private async positions(run: KeptRun, subject: Subject, key: number): Promise<ReportPosition[]> {
    const reports: ReportPosition[] = [];
    for (const ranking of RANKINGS.filter((one) => one.subject === subject)) {
      const list = await unlessMissing(this.lists.of(run, ranking));
      const position = list && positionOf(list, key);
      if (!list || position === undefined) continue;
      const { report, interval } = ranking;
      reports.push({ report, interval, rank: position + 1, total_count: list.total });
    }
    return reports;
  }

  private async health(run: KeptRun, key: number): Promise<OrgHealth | null> {
    const ranking = RANKINGS.find(
      ({ subject, report, interval }) =>
        subject === 'org' && report === HEALTH.report && interval === HEALTH.interval,
    );
    const list = ranking && (await unlessMissing(this.lists.of(run, ranking)));
    const position = list && positionOf(list, key);
    return position === undefined ? null : (extrasAt(ranking!, list!, position) as OrgHealth);
  }
}
