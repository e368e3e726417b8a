import { Inject, Injectable } from '@nestjs/common';
import { DAY_MS } from '#libs/contracts';
import type { KnownFacts } from '#libs/facts';
import {
  Clock,
  Database,
  Logger,
  Metrics,
  SETTINGS,
  describeError,
  type Settings,
} from '#libs/platform';
import { dropSnapshot, writeSnapshot } from '../snapshots/snapshots.store.js';
import { loadFacts, type Known } from './load-facts.js';
import { OrgThread } from './org-thread.js';
import type { RunFacts } from './run-facts.js';
import {
  LEASE_SECONDS,
  claimRun,
  completeRun,
  failRun,
  markPruned,
  prunableRuns,
  renewLease,
  undroppedRuns,
  type ClaimedRun,
} from './runs.store.js';

/** Carries runs out, in a worker. */
@Injectable()
export class RunExecutor {
  private current: Promise<void> = Promise.resolve();
  /** What the last run knew, to be brought up to date by the next. */
  private known: Known | undefined;
  private readonly orgThread = new OrgThread();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    @Inject(SETTINGS)
    private readonly settings: Pick<Settings, 'SNAPSHOTS_HOURLY' | 'SNAPSHOTS_DAILY'>,
  ) {}

  /**
   * Carries a run out if it still waits; does nothing when it is done or another's. A failure is
   * written into the run, which then waits again or, after the third attempt, has failed.
   */
  async execute(runId: string): Promise<void> {
    const execution = this.tryToExecute(runId);
    this.current = execution.catch(() => undefined);
    await execution;
  }

  /** Fulfilled when no run is under way here. */
  async idle(): Promise<void> {
    await this.current;
  }

  private async tryToExecute(runId: string): Promise<void> {
    const run = await claimRun(this.database.pool, runId, new Date(this.clock.now()));
    if (!run) return;
    const lease = setInterval(
      () => void renewLease(this.database.pool, run).catch(() => undefined),
      (LEASE_SECONDS * 1000) / 5,
    );
    try {
      await this.carryOut(runId, run);
    } catch (error) {
      await this.fail(runId, run, error);
    } finally {
      clearInterval(lease);
    }
  }

  /** Drops the snapshots that are kept no longer. */
  async prune(): Promise<void> {
    const { SNAPSHOTS_HOURLY, SNAPSHOTS_DAILY } = this.settings;
    const { pool } = this.database;
    for (const id of await prunableRuns(pool, SNAPSHOTS_HOURLY, SNAPSHOTS_DAILY)) {
      await markPruned(pool, id);
    }
    for (const id of await undroppedRuns(pool)) {
      await this.database
        .transaction((db) => dropSnapshot(db, id))
        .catch((error: unknown) =>
          this.logger.warn('an old snapshot will be dropped later', describeError(error)),
        );
    }
  }

  private async carryOut(runId: string, run: ClaimedRun): Promise<void> {
    const startedAt = this.clock.now();
    const reportTime = Math.floor(run.report_time.getTime() / 1000);
    const moment = { reportTime, day: Math.floor(run.report_time.getTime() / DAY_MS) };
    // Whoever comes meanwhile, or after a failure, reads everything.
    const before = this.known;
    this.known = undefined;
    const { facts, known, isAnew } = await this.database.snapshot((pair) =>
      loadFacts(pair, moment, this.orgThread, before),
    );
    if (!(await this.publish(run, facts, known.facts))) {
      this.metrics.runs.labels('superseded').inc();
      this.logger.warn('report run was given to another worker', { runId, attempt: run.attempt });
      return;
    }
    this.known = known;
    const seconds = (this.clock.now() - startedAt) / 1000;
    this.metrics.runs.labels('completed').inc();
    this.metrics.runSeconds.observe(seconds);
    this.metrics.lastRun.set(reportTime);
    const read = isAnew ? 'everything' : 'changes';
    this.logger.info('report run completed', { runId, reportTime, seconds, read });
    await this.prune().catch((error: unknown) =>
      this.logger.warn('old snapshots were not pruned', describeError(error)),
    );
  }

  /** Writes the whole snapshot and completes the run at once. @returns false when the run is another's by now */
  private async publish(run: ClaimedRun, facts: RunFacts, known: KnownFacts): Promise<boolean> {
    const lost = new Error('superseded');
    try {
      await this.database.transaction(async (db) => {
        const counts = await writeSnapshot(db, run.id, facts);
        if (!(await completeRun(db, run, counts))) throw lost;
        if (!(await known.isOf(db))) throw new Error('The store changed while the run was made.');
      });
      return true;
    } catch (error) {
      if (error === lost) return false;
      throw error;
    }
  }

  private async fail(runId: string, run: ClaimedRun, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.error('report run failed', {
      runId,
      attempt: run.attempt,
      ...describeError(error),
    });
    const state = await failRun(this.database.pool, run, reason);
    if (state === 'failed') this.metrics.runs.labels('failed').inc();
  }
}
