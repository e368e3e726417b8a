import { Injectable } from '@nestjs/common';
import { Interval, Timeout } from '@nestjs/schedule';
import { OrgActivityService } from '#libs/charts';
import { ActivityFold } from '#libs/facts';
import { IngestRetention } from '#libs/ingest';
import { RunsService } from '#libs/reports';
import { AuditRetention, Logger, DutyCycle, StoreWatch } from '#libs/platform';
import { OneAtATime } from './one-at-a-time.js';

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
  private readonly tasks: OneAtATime;
  private readonly charts: DutyCycle;
  private readonly fold: DutyCycle;

  constructor(
    private readonly runs: RunsService,
    private readonly ingest: IngestRetention,
    private readonly audit: AuditRetention,
    logger: Logger,
    watch: StoreWatch,
    orgActivity: OrgActivityService,
    activity: ActivityFold,
  ) {
    this.tasks = new OneAtATime(logger, watch);
    this.charts = new DutyCycle(CHARTS_MS, () => orgActivity.refresh());
    this.fold = new DutyCycle(FOLD_MS, () => activity.fold());
  }

  @Interval(SECOND_MS)
  scheduleReports(): Promise<void> {
    return this.tasks.run('schedule of reports', () => this.runs.scheduleDue());
  }

  @Interval(5 * SECOND_MS)
  sweepRuns(): Promise<void> {
    return this.tasks.run('sweep of report runs', () => this.runs.sweep());
  }

  @Interval(SECOND_MS)
  refreshCharts(): Promise<void> {
    return this.tasks.run('refresh of charts', () => this.charts.turn());
  }

  @Interval(SECOND_MS)
  foldActivity(): Promise<void> {
    return this.tasks.run('fold of activity', () => this.fold.turn());
  }

  @Interval(SECOND_MS)
  fetchMissing(): Promise<void> {
    return this.tasks.run('fetches', () => this.ingest.enrich());
  }

  @Timeout(30 * SECOND_MS)
  tidySoon(): Promise<void> {
    return this.tidy();
  }

  @Interval(HOUR_MS)
  tidy(): Promise<void> {
    return this.tasks.run('tidying', async () => {
      await this.ingest.prune();
      await this.audit.tidy();
    });
  }
}
