import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Calendar } from '#libs/contracts';
import { expectCalendar, orgsOf } from '#libs/facts';
import { Database, committedOnAllNodes, finishCommits, type Connection } from '#libs/database';
import { Metrics } from '#libs/platform';
import { addActiveDays } from './active-days.derivation.js';
import { ALL_DAYS, deriveOrgActivity, oneDay } from './org-activity.derivation.js';
import {
  allOrgs,
  waitingKeys,
  lastChange,
  takeChanges,
  type Changes,
} from './org-activity.store.js';

// Advisory lock key: the letters "orga".
const DERIVATION_LOCK = 0x6f726761;
/** How often `catchUp` looks whether the changes are derived. */
const POLL_MS = 100;
/** Up to this number of users and orgs, `catchUp` derives changes itself. */
const FEW_KEYS = 5_000;
/** From this number of changed days on, one pass over all days is cheaper than one pass per day. */
const MANY_DAYS = 10;

/**
 * Derives the days on which orgs were active, for the charts. An org is active on a day when a user is
 * active on a day of the membership. Rederives only orgs and days that changed since the last derivation.
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
    while (await this.database.transaction((db) => this.refreshSome(db), 'long'));
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
      if (keys <= FEW_KEYS) await this.database.transaction((db) => this.refreshSome(db), 'long');
      await delay(POLL_MS);
    }
  }

  /** @returns whether there may be more changes */
  private async refreshSome(db: Connection): Promise<boolean> {
    const { rows } = await db.query<{ ours: boolean }>(
      'select pg_try_advisory_xact_lock($1) as ours',
      [DERIVATION_LOCK],
    );
    if (!rows[0]?.ours) return false;
    // Transactions that commit later record their own changes, for the next derivation.
    await expectCalendar(db, this.calendar);
    const changes = await takeChanges(db);
    if (changes.isEmpty) return false;
    await committedOnAllNodes(db);
    const stopTimer = this.metrics.chartRefreshSeconds.startTimer();
    await derive(db, this.calendar, changes);
    stopTimer();
    return changes.rest;
  }
}

async function derive(db: Connection, calendar: Calendar, changes: Changes): Promise<void> {
  if (changes.everything) return deriveOrgActivity(db, calendar, await allOrgs(db), ALL_DAYS);
  const { orgs, users, activeUsers } = changes;
  for (const org of await orgsOf(db, [...users])) orgs.add(org);
  const orgsByDay = await addActiveDays(db, calendar, activeUsers);
  if (orgsByDay.size >= MANY_DAYS) {
    for (const some of orgsByDay.values()) for (const org of some) orgs.add(org);
    orgsByDay.clear();
  }
  await deriveOrgActivity(db, calendar, [...orgs], ALL_DAYS);
  for (const [day, some] of orgsByDay)
    await deriveOrgActivity(db, calendar, [...some], oneDay(day));
}
