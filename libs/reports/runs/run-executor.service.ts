import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { Calendar, DAY_MS, endsWithin, unixSeconds } from '#libs/contracts';
import type { FactReplica } from '#libs/facts';
import { Database, finishCommits, outsideFault } from '#libs/database';
import {
  Logger,
  Metrics,
  SETTINGS,
  describeError,
  type Settings,
  StoreWatch,
} from '#libs/platform';
import { dropSnapshot, writeSnapshot } from '../snapshots/snapshots.store.js';
import { Backoff } from './backoff.js';
import {
  LEASE_SECONDS,
  claimRun,
  completeRun,
  dueInMs,
  failRun,
  interruptRun,
  renewLease,
  type ClaimedRun,
} from './claims.store.js';
import { loadFacts, type RunReplica, type RunSettings } from './load-facts.js';
import type { KeptSnapshots } from './kept-snapshots.js';
import { madeLists } from './made-lists.js';
import { runThreads, type RunThreads } from './tasks.js';
import { markPruned, prunableRuns, undroppedRuns } from './pruning.store.js';
import { snapshotDisk } from './snapshot-disk.query.js';
import type { RunFacts } from '../engine/run-facts.js';

/** A requested run is due at the next whole second. A job that arrives up to this long before waits for it. */
const SOON_MS = 2_000;
/** Snapshots that take more disk space than this are mentioned in the log. */
const MUCH_DISK_BYTES = 10e9;
/** The time that a run has to finish after the worker was asked to stop, of the 30 seconds until it is killed. */
const FINISH_MS = 20_000;

/** Rolls a run back that another worker has, or that was withdrawn. */
class NotOurs extends Error {}

/** Makes runs, in a worker. */
@Injectable()
export class RunExecutor implements OnApplicationBootstrap {
  private current: Promise<void> = Promise.resolve();
  private claimed: ClaimedRun | undefined;
  /** Whether the current run was interrupted because the process is about to end. */
  private isGivenBack = false;
  /** The replicas of the last run, which the next run updates. */
  private known: RunReplica | undefined;
  private hasWarned = false;
  private readonly threads: RunThreads;
  private readonly backoff = new Backoff();
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly watch: StoreWatch,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly calendar: Calendar,
    @Inject(SETTINGS)
    private readonly settings: KeptSnapshots & Pick<Settings, 'ENGINE_THREADS'> & RunSettings,
  ) {
    this.threads = runThreads(settings.ENGINE_THREADS);
  }

  /** Starts the threads of runs: a first run would wait for them. */
  onApplicationBootstrap(): void {
    this.threads.start();
  }

  /**
   * Makes a run if it is still queued; otherwise does nothing. A failure of the run is stored in its row; the run is
   * queued again or, after the third attempt, failed. After a fault outside the run, such as a full disk, the attempt
   * does not count, and this worker pauses.
   */
  async execute(runId: string): Promise<void> {
    const execution = this.tryToExecute(runId);
    this.current = execution.catch(() => undefined);
    await execution;
  }

  /** Waits for the current run before the process ends, and interrupts it when it takes too long. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const isDone = await endsWithin(FINISH_MS, this.current);
    const run = this.claimed;
    if (!isDone && run) {
      this.isGivenBack = true;
      const reason = 'Interrupted: the worker was asked to stop. Another attempt follows.';
      await interruptRun(this.database.pool, run, reason).catch(() => undefined);
    }
  }

  private async tryToExecute(runId: string): Promise<void> {
    if (this.watch.newerStore !== undefined || this.backoff.isResting()) return;
    const run = await this.claim(runId);
    if (!run) return;
    this.claimed = run;
    let renewalFailed = false;
    const lease = setInterval(
      () => void renewLease(this.database.pool, run).catch(() => (renewalFailed = true)),
      (LEASE_SECONDS * 1000) / 5,
    );
    try {
      await this.carryOut(runId, run);
      this.backoff.end();
    } catch (error) {
      // The next run reads everything into new memory: the threads would keep the old.
      this.threads.end();
      await this.end(runId, run, error, renewalFailed);
    } finally {
      clearInterval(lease);
      this.threads.clear();
      this.claimed = undefined;
    }
  }

  /** Claims a run. Waits until it is due if that is soon. */
  private async claim(runId: string): Promise<ClaimedRun | undefined> {
    const { pool } = this.database;
    const known = await this.watch.knownMigrations();
    const run = await claimRun(pool, runId, known);
    if (run) return run;
    const ms = await dueInMs(pool, runId);
    if (ms === undefined || ms > SOON_MS) return undefined;
    if (ms > 0) await delay(Math.ceil(ms));
    return claimRun(pool, runId, known);
  }

  /** Drops expired snapshots. */
  async prune(): Promise<void> {
    const { pool } = this.database;
    const byAge = this.watch.clocksAgree();
    for (const id of await prunableRuns(pool, this.calendar, this.settings, byAge)) {
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

  /** Warns once when all snapshots that the settings keep will take much disk space. */
  private async warnOfDisk(): Promise<void> {
    if (this.hasWarned) return;
    const disk = await snapshotDisk(this.database.pool, this.settings);
    if (!disk || disk.most_bytes < MUCH_DISK_BYTES) return;
    this.hasWarned = true;
    const gigabytes = Math.round(disk.most_bytes / 1e9);
    const message =
      `Snapshots of reports will take up to ${gigabytes} GB: ${disk.most_kept} are kept. ` +
      'SNAPSHOTS_HOURLY, SNAPSHOTS_DAILY and SNAPSHOTS_WEEKLY keep fewer.';
    this.logger.warn(message, { ...disk });
  }

  /** @throws NotOurs when another worker has taken the run, or it was withdrawn */
  private async carryOut(runId: string, run: ClaimedRun): Promise<void> {
    const startedAt = performance.now();
    const reportTime = unixSeconds(run.report_time.getTime());
    const moment = { reportTime, day: this.calendar.dayOf(reportTime * 1000) / DAY_MS };
    // A run that starts in the meantime, or after a failure, reads everything.
    const before = this.known;
    this.known = undefined;
    await finishCommits(this.database.pool);
    const { facts, exclusionsVersion, known, isFullRead } = await this.database.snapshot(
      (connections) =>
        loadFacts(connections, moment, this.calendar, this.settings, this.threads, before),
    );
    await this.publish(run, facts, exclusionsVersion, known.facts);
    this.known = known;
    const seconds = (performance.now() - startedAt) / 1000;
    this.metrics.runs.labels('completed').inc();
    this.metrics.runSeconds.observe(seconds);
    this.metrics.lastRun.set(reportTime);
    const read = isFullRead ? 'everything' : 'changes';
    this.logger.info('report run completed', { runId, reportTime, seconds, read });
    await this.prune().catch((error: unknown) =>
      this.logger.warn('old snapshots were not pruned', describeError(error)),
    );
    await this.warnOfDisk().catch(() => undefined);
  }

  /** Writes the snapshot and completes the run in one transaction. */
  private async publish(
    run: ClaimedRun,
    facts: RunFacts,
    exclusionsVersion: number,
    replica: FactReplica,
  ): Promise<void> {
    const known = await this.watch.knownMigrations();
    await this.database.transaction(async (db) => {
      const lists = madeLists(facts, this.calendar, this.threads);
      const rowCounts = await writeSnapshot(db, run.id, lists);
      if (!(await completeRun(db, run, { rowCounts, exclusionsVersion }, known)))
        throw new NotOurs();
      if (!(await replica.isOf(db))) throw new Error('The store changed while the run was made.');
    }, 'long');
  }

  /** Records why an attempt did not complete its run. */
  private async end(
    runId: string,
    run: ClaimedRun,
    error: unknown,
    renewalFailed: boolean,
  ): Promise<void> {
    if (this.isGivenBack) return;
    await this.watch.look();
    const fault = this.watch.newerStore ?? outsideFault(error);
    if (fault !== undefined) return this.interrupt(runId, run, fault);
    if (!(error instanceof NotOurs)) return this.fail(runId, run, error);
    this.metrics.runs.labels('superseded').inc();
    const { attempt } = run;
    this.logger.warn('report run was given to another worker or withdrawn', { runId, attempt });
    // The lease expired because the database was away. Such an attempt does not count either.
    if (renewalFailed) await interruptRun(this.database.pool, run, 'The lease expired.');
  }

  /** Ends an attempt after a fault outside the run. Repeats until the database records it. */
  private async interrupt(runId: string, run: ClaimedRun, fault: string): Promise<void> {
    const reason = `Interrupted: ${fault.replace(/\.$/, '')}. This does not count as an attempt: the run waits until the fault is resolved.`;
    for (;;) {
      const pauseSeconds = this.backoff.rest();
      this.metrics.runs.labels('interrupted').inc();
      this.logger.warn('report run interrupted', { runId, reason: fault, pauseSeconds });
      try {
        return await interruptRun(this.database.pool, run, reason);
      } catch (error) {
        if (outsideFault(error) === undefined) throw error;
      }
      if (this.stopping.signal.aborted) return;
      const pause = delay(pauseSeconds * 1000, undefined, { signal: this.stopping.signal });
      await pause.catch(() => undefined);
    }
  }

  private async fail(runId: string, run: ClaimedRun, error: unknown): Promise<void> {
    this.backoff.end();
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
