import { Injectable } from '@nestjs/common';
import { DAY_MS, parseDay } from '#libs/contracts';
import { DayBlocks, scanActivity, scanMemberships, type DayRange } from '#libs/facts';
import { Clock, Database, Metrics, type Connection } from '#libs/platform';
import { replaceOrgActivity, takeChanges } from './org-activity.store.js';

// Any number of our own: the letters "orga".
const DERIVATION_LOCK = 0x6f726761;
const REST_TIMES = 9;
const ALL_DAYS: DayRange = { from: 0, before: Date.UTC(9999, 11, 31) };

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
      const days = await takeChanges(db);
      if (days.length === 0) return;
      const stopTimer = this.metrics.chartRefreshSeconds.startTimer();
      await replaceOrgActivity(db, await derive(db, days), days);
      stopTimer();
    });
  }
}

async function derive(db: Connection, days: readonly string[] | 'any'): Promise<DayBlocks> {
  const spans = await loadSpans(db);
  const wanted = days === 'any' ? undefined : new Set(days.map((day) => parseDay(day)!));
  const derived = new DayBlocks();
  await scanActivity(db, rangeOf(wanted), (day, user) => {
    if (wanted && !wanted.has(day)) return;
    for (const span of spans.get(user) ?? []) {
      if (span.from <= day && day <= span.to) derived.add(day, span.org);
    }
  });
  return derived;
}

/** Days (ms since 1970) on which a user's activity is an org's: both ends count. */
interface DaySpan {
  org: number;
  from: number;
  to: number;
}

async function loadSpans(db: Connection): Promise<Map<number, DaySpan[]>> {
  const byUser = new Map<number, DaySpan[]>();
  await scanMemberships(db, Infinity, (user, org, { spans }) => {
    const list = byUser.get(user) ?? [];
    byUser.set(user, list);
    for (const { from, to } of spans) list.push({ org, from: wholeDay(from), to });
  });
  return byUser;
}

/** The first millisecond of the day, so that a span covers its first day whole. */
function wholeDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

function rangeOf(days: ReadonlySet<number> | undefined): DayRange {
  if (!days) return ALL_DAYS;
  return { from: Math.min(...days), before: Math.max(...days) + DAY_MS };
}
