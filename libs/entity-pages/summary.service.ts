import { Injectable } from '@nestjs/common';
import { Calendar, DAY_MS, formatDay, type Summary } from '#libs/contracts';
import { chartValues } from '#libs/charts';
import { ActivityFold, countExisting, searchMode } from '#libs/facts';
import { keptRun } from '#libs/reports';
import { Clock } from '#libs/platform';
import { Database } from '#libs/database';
import { monthSoFar } from './months.js';

/** Counts the numbers of the overview. */
@Injectable()
export class SummaryService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
  ) {}

  async summary(): Promise<Summary> {
    const { pool } = this.database;
    const now = this.clock.now();
    const { calendar } = this;
    const today = calendar.dayOf(now);
    await this.activity.foldUnlessReadOnly();
    const periods = monthSoFar(today);
    const [totals, signups, activeUsers, activeOrgs, search, run] = await Promise.all([
      countExisting(pool, new Date(now)),
      chartValues(pool, calendar, 'signups', periods),
      chartValues(pool, calendar, 'active_users', periods),
      chartValues(pool, calendar, 'active_orgs', periods),
      searchMode(pool),
      keptRun(pool),
    ]);
    const [thisMonth, lastMonth] = periods.map(({ from, before }, index) => ({
      from: formatDay(from),
      to: formatDay(before - DAY_MS),
      signups: signups[index]!,
      active_users: activeUsers[index]!,
      active_orgs: activeOrgs[index]!,
    })) as [Summary['this_month'], Summary['last_month']];
    return {
      time_zone: calendar.zone,
      week_start: calendar.weekStart,
      today: formatDay(today),
      totals,
      search,
      this_month: thisMonth,
      last_month: lastMonth,
      latest_run: run
        ? { run_id: run.runId, report_time: run.reportTime, completed_at: run.completedAt }
        : null,
    };
  }
}
