import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import {
  ApiError,
  formatDay,
  invalidField,
  parseDay,
  startOfDay,
  wire,
  type ReportRunView,
} from '#libs/contracts';
import {
  Access,
  Clock,
  Database,
  jsonSchema,
  readObject,
  wholeNumber,
  type Authorized,
  type Query as QueryParameters,
} from '#libs/platform';
import { isRunId } from '../pages/request.js';
import { RunsService } from './runs.service.js';

type Row = NonNullable<Awaited<ReturnType<Database['rows']['reportRun']['findFirst']>>>;

/** Runs on demand, and how they went. */
@ApiTags('admin')
@ApiSecurity('key')
@Controller('api/admin/v1/report_runs')
@Access('admin')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Run the reports now, or as of the end of a past day' })
  @ApiBody({
    schema: { type: 'object', properties: { as_of: { type: 'string', format: 'date' } } },
  })
  async request(@Req() request: Authorized): Promise<{ run_id: string; state: 'queued' }> {
    const { as_of: asOf } = readObject(request.body, 'as_of');
    const runId =
      asOf === undefined || asOf === null
        ? await this.runs.requestNow()
        : await this.runs.requestDay(this.pastDay(asOf));
    return { run_id: runId, state: 'queued' };
  }

  @Get()
  @ApiOperation({ summary: 'The latest runs' })
  async list(@Query() query: QueryParameters): Promise<{ report_runs: ReportRunView[] }> {
    const take = wholeNumber(query, 'limit', { default: 50, low: 1, high: 1_000 });
    const rows = await this.database.rows.reportRun.findMany({ orderBy: { id: 'desc' }, take });
    return { report_runs: rows.map(view) };
  }

  @Get(':runId')
  @ApiOperation({ summary: 'How a run went' })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.reportRun) })
  async find(@Param('runId') runId: string): Promise<ReportRunView> {
    const row = isRunId(runId)
      ? await this.database.rows.reportRun.findUnique({ where: { runId } })
      : null;
    if (!row) throw new ApiError('not_found', 'There is no run with this id.');
    return view(row);
  }

  private pastDay(asOf: unknown): number {
    const day = typeof asOf === 'string' && asOf.length === 10 ? parseDay(asOf) : undefined;
    if (day === undefined || day < 0)
      throw invalidField('as_of', 'must be a day such as 2026-01-31');
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
