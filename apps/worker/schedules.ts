import { Injectable } from '@nestjs/common';
import { Interval, Timeout } from '@nestjs/schedule';
import { OrgActivityService } from '#libs/charts';
import { ActivityFold } from '#libs/facts';
import { IngestRetention } from '#libs/ingest';
import { RunsService } from '#libs/reports';
import { AuditRetention, Logger, DutyCycle, describeError, StoreWatch } from '#libs/platform';
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
/** Charts are at most a minute behind: a change is included in the round after the one in which it arrived. */
const CHARTS_MS = 50_000;
/** Reports and charts read the unfolded log too, so it should stay small. */
const FOLD_MS = 5_000;

/**
 * The schedules of a worker. Every worker fires all of them; PostgreSQL makes sure that each task is done once.
 * Checking the schedule each second also finds times that passed while no worker ran.
 */
@Injectable()
export class Schedules {
  private readonly underWay = new Set<string>();
  private readonly charts: DutyCycle;
  private readonly fold: DutyCycle;

  constructor(
    private readonly runs: RunsService,
    private readonly ingest: IngestRetention,
    private readonly audit: AuditRetention,
    private readonly logger: Logger,
    private readonly watch: StoreWatch,
    orgActivity: OrgActivityService,
    activity: ActivityFold,
  ) {
    this.charts = new DutyCycle(CHARTS_MS, () => orgActivity.refresh());
    this.fold = new DutyCycle(FOLD_MS, () => activity.fold());
  }

  @Interval(SECOND_MS)
  scheduleReports(): Promise<void> {
    return this.once('schedule of reports', () => this.runs.scheduleDue());
  }

  @Interval(5 * SECOND_MS)
  sweepRuns(): Promise<void> {
    return this.once('sweep of report runs', () => this.runs.sweep());
  }

  @Interval(SECOND_MS)
  refreshCharts(): Promise<void> {
    return this.once('refresh of charts', () => this.charts.turn());
  }

  @Interval(SECOND_MS)
  foldActivity(): Promise<void> {
    return this.once('fold of activity', () => this.fold.turn());
  }

  @Interval(SECOND_MS)
  fetchMissing(): Promise<void> {
    return this.once('fetches', () => this.ingest.enrich());
  }

  @Timeout(30 * SECOND_MS)
  tidySoon(): Promise<void> {
    return this.tidy();
  }

  @Interval(HOUR_MS)
  tidy(): Promise<void> {
    return this.once('tidying', async () => {
      await this.ingest.prune();
      await this.audit.tidy();
    });
  }

  /** Runs at most one of each task at a time, and none on a newer version's store. Failures are logged and retried at the next time. */
  private async once(name: string, work: () => Promise<void>): Promise<void> {
    if (this.underWay.has(name) || this.watch.newerStore !== undefined) return;
    this.underWay.add(name);
    try {
      await work();
    } catch (error) {
      this.logger.warn(`${name} failed and will be tried again`, describeError(error));
    } finally {
      this.underWay.delete(name);
    }
  }
}
