import { Injectable } from '@nestjs/common';
import { orgsOf } from '#libs/facts';
import { Clock, Database, Metrics, type Connection } from '#libs/platform';
import { ALL_DAYS, deriveOrgActivity, oneDay } from './org-activity.derivation.js';
import { takeChanges, type Changes } from './org-activity.store.js';

// Any number of our own: the letters "orga".
const DERIVATION_LOCK = 0x6f726761;
const REST_TIMES = 9;
/** From here on, one pass over all days costs less than one for each. */
const MANY_DAYS = 10;

/**
 * Derives on which days orgs were active, for the charts: on the days on which some user was active
 * whose membership covers that day. Only what changed since the last time is derived again.
 */
@Injectable()
export class OrgActivityService {
  private restUntil = 0;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /** As `refresh`, unless the last one took so long that more would be a tenth of all time. */
  async refreshUnlessResting(): Promise<void> {
    if (this.clock.now() < this.restUntil) return;
    const startedAt = this.clock.now();
    await this.refresh();
    const endedAt = this.clock.now();
    this.restUntil = endedAt + REST_TIMES * (endedAt - startedAt);
  }

  /** Brings the derived days up to the facts; does nothing when another process is at it. */
  async refresh(): Promise<void> {
    await this.database.transaction(async (db) => {
      const { rows } = await db.query<{ ours: boolean }>(
        'select pg_try_advisory_xact_lock($1) as ours',
        [DERIVATION_LOCK],
      );
      if (!rows[0]?.ours) return;
      // What is committed after this leaves word of its own, and is derived the next time.
      const changes = await takeChanges(db);
      if (changes.orgs.size + changes.activeUsers.size === 0) return;
      const stopTimer = this.metrics.chartRefreshSeconds.startTimer();
      await derive(db, changes);
      stopTimer();
    });
  }
}

async function derive(db: Connection, { orgs, activeUsers }: Changes): Promise<void> {
  const orgsByDay = new Map<number, number[]>();
  for (const [day, users] of activeUsers) orgsByDay.set(day, await orgsOf(db, [...users]));
  if (orgsByDay.size >= MANY_DAYS) {
    for (const some of orgsByDay.values()) for (const org of some) orgs.add(org);
    orgsByDay.clear();
  }
  await deriveOrgActivity(db, [...orgs], ALL_DAYS);
  for (const [day, some] of orgsByDay) await deriveOrgActivity(db, some, oneDay(day));
}
