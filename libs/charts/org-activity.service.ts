import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Calendar } from '#libs/contracts';
import { expectCalendar } from '#libs/facts';
import { Database, committedOnAllNodes, finishCommits, type Connection } from '#libs/database';
import { Metrics } from '#libs/platform';
import { deriveChangedDays } from './changed-days.derivation.js';
import { lastChange, takeChanges, waitingKeys } from './changes.store.js';
import { deriveOrgActivity } from './org-activity.derivation.js';

// Advisory lock key: the letters "orga".
const DERIVATION_LOCK = 0x6f726761;
/** How often `catchUp` looks whether the changes are derived. */
const POLL_MS = 100;
/** Up to this number of users and orgs, `catchUp` derives changes itself. */
const FEW_KEYS = 5_000;

/**
 * Derives the days on which orgs were active, for the charts. An org is active on a day when a user is
 * active on a day of the membership. Derives only the days that changes since the last derivation affect.
 */
@Injectable()
export class OrgActivityService {
  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly calendar: Calendar,
  ) {}

  /** Updates the derived days. Does nothing while another process does so. */
  async refresh(): Promise<void> {
    await finishCommits(this.database.pool);
    await this.database.transaction((db) => this.derive(db), 'long');
  }

  /**
   * Waits until the changes that are queued now are derived. Derives a few itself, for processes that answer HTTP;
   * many are left to a worker.
   * @param withinMs gives up after this time
   */
  async catchUp(withinMs: number): Promise<void> {
    const giveUpAt = performance.now() + withinMs;
    const { pool } = this.database;
    const last = await lastChange(pool);
    for (;;) {
      const keys = await waitingKeys(pool, last);
      if (keys === 0 || performance.now() > giveUpAt) return;
      if (keys <= FEW_KEYS) await this.database.transaction((db) => this.derive(db), 'long');
      await delay(POLL_MS);
    }
  }

  private async derive(db: Connection): Promise<void> {
    const { rows } = await db.query<{ ours: boolean }>(
      'select pg_try_advisory_xact_lock($1) as ours',
      [DERIVATION_LOCK],
    );
    if (!rows[0]?.ours) return;
    // Transactions that commit later record their own changes, for the next derivation.
    await expectCalendar(db, this.calendar);
    const changes = await takeChanges(db);
    if (changes === 'none') return;
    await committedOnAllNodes(db);
    const stopTimer = this.metrics.chartRefreshSeconds.startTimer();
    if (changes === 'everything') await deriveOrgActivity(db, this.calendar);
    else await deriveChangedDays(db, this.calendar, changes);
    stopTimer();
  }
}
