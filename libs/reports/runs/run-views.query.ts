import { formatDay, unixSeconds, type Calendar, type ReportRunView } from '#libs/contracts';
import type { Database } from '#libs/database';

type Row = NonNullable<Awaited<ReturnType<Database['prisma']['reportRun']['findFirst']>>>;

/** Filters of the admin's run list. */
export interface RunSelection {
  limit: number;
  /** Only runs with a later report time (milliseconds since 1970) that are not withdrawn. */
  after?: number;
}

/** Runs of every state, the last added first. */
export async function runViews(
  { prisma }: Database,
  calendar: Calendar,
  { limit, after }: RunSelection,
): Promise<ReportRunView[]> {
  const where =
    after === undefined ? {} : { reportTime: { gt: new Date(after) }, state: { not: 'withdrawn' } };
  const found = await prisma.reportRun.findMany({ where, orderBy: { id: 'desc' }, take: limit });
  return found.map((row) => view(row, calendar));
}

/** One run; undefined for an unknown id. */
export async function runView(
  { prisma }: Database,
  calendar: Calendar,
  runId: string,
): Promise<ReportRunView | undefined> {
  const row = await prisma.reportRun.findUnique({ where: { runId } });
  return row ? view(row, calendar) : undefined;
}

function view(row: Row, calendar: Calendar): ReportRunView {
  return {
    run_id: row.runId,
    state: row.state as ReportRunView['state'],
    report_time: secondsOf(row.reportTime)!,
    as_of: row.asOf ? formatDay(calendar.dayOf(row.reportTime.getTime())) : null,
    time_zone: calendar.zone,
    queued_at: secondsOf(row.queuedAt)!,
    started_at: secondsOf(row.startedAt),
    completed_at: secondsOf(row.completedAt),
    failed_at: secondsOf(row.failedAt),
    withdrawn_at: secondsOf(row.withdrawnAt),
    attempts: row.attempt - row.interrupted,
    exclusions_version: row.state === 'completed' ? row.exclusionsVersion : null,
    row_counts: row.rowCounts as ReportRunView['row_counts'],
    error: row.error,
  };
}

function secondsOf(date: Date | null): number | null {
  return date && unixSeconds(date.getTime());
}
