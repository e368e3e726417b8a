import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  ApiError,
  formatDay,
  invalidField,
  parameters,
  startOfDay,
  wire,
  type ReportRunView,
} from '#libs/contracts';
import {
  Access,
  Clock,
  Database,
  Operation,
  operation,
  type BodyOf,
  type PathOf,
  type QueryOf,
} from '#libs/platform';
import { RunsService } from './runs.service.js';

type Row = NonNullable<Awaited<ReturnType<Database['rows']['reportRun']['findFirst']>>>;

const requestReportRun = operation({
  id: 'requestReportRun',
  tag: 'admin',
  summary: 'Run the reports now, or as of the end of a past day',
  body: wire.runRequest,
  reply: wire.queuedRun,
  status: 202,
});

const listReportRuns = operation({
  id: 'listReportRuns',
  tag: 'admin',
  summary: 'The latest runs that were queued',
  query: z.object({ limit: parameters.wholeNumber({ default: 50, low: 1, high: 1_000 }) }),
  reply: wire.reportRunList,
});

const getReportRun = operation({
  id: 'getReportRun',
  tag: 'admin',
  summary: 'The state of a run',
  path: parameters.runPath,
  reply: wire.reportRun,
});

/** Runs on demand, and how they went. */
@Controller('api/admin/v1/report_runs')
@Access('admin')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Post()
  @Operation(requestReportRun)
  async request(@Body() { as_of: day }: BodyOf<typeof requestReportRun>) {
    const runId =
      day === undefined
        ? await this.runs.requestNow()
        : await this.runs.requestDay(this.pastDay(day));
    return { run_id: runId, state: 'queued' as const };
  }

  @Get()
  @Operation(listReportRuns)
  async list(@Query() { limit: take }: QueryOf<typeof listReportRuns>) {
    const rows = await this.database.rows.reportRun.findMany({ orderBy: { id: 'desc' }, take });
    return { report_runs: rows.map(view) };
  }

  @Get(':runId')
  @Operation(getReportRun)
  async find(@Param() { runId }: PathOf<typeof getReportRun>): Promise<ReportRunView> {
    const row = await this.database.rows.reportRun.findUnique({ where: { runId } });
    if (!row) throw new ApiError('not_found', 'There is no run with this id.');
    return view(row);
  }

  private pastDay(day: number): number {
    if (day >= startOfDay(this.clock.now()))
      throw invalidField('as_of', 'must be a day before today (UTC)');
    return day;
  }
}

function view(row: Row): ReportRunView {
  return {
    run_id: row.runId,
    state: row.state as ReportRunView['state'],
    report_time: unixSeconds(row.reportTime)!,
    as_of: row.asOf ? formatDay(row.reportTime.getTime()) : null,
    queued_at: unixSeconds(row.queuedAt)!,
    started_at: unixSeconds(row.startedAt),
    completed_at: unixSeconds(row.completedAt),
    failed_at: unixSeconds(row.failedAt),
    attempts: row.attempt,
    row_counts: row.rowCounts as ReportRunView['row_counts'],
    error: row.error,
  };
}

function unixSeconds(date: Date | null): number | null {
  return date && Math.floor(date.getTime() / 1000);
}
