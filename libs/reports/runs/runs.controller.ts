import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import {
  ApiError,
  invalidField,
  parseDay,
  startOfDay,
  wire,
  type ReportRunView,
} from '#libs/contracts';
import {
  Access,
  Database,
  choice,
  databaseNow,
  jsonSchema,
  readObject,
  wholeNumber,
  type Authorized,
  type Query as QueryParameters,
} from '#libs/platform';
import { isRunId } from '../pages/request.js';
import { runView, runViews } from './run-views.query.js';
import { RunsService } from './runs.service.js';
import { WithdrawalService } from './withdrawal.service.js';

const MAX_RUNS = 1_000;

/** Runs on demand, how they went, and their withdrawal. */
@ApiTags('admin')
@ApiSecurity('key')
@Controller('api/admin/v1/report_runs')
@Access('admin')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly withdrawal: WithdrawalService,
    private readonly database: Database,
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
        : await this.runs.requestDay(await this.pastDay(asOf));
    return { run_id: runId, state: 'queued' };
  }

  @Get()
  @ApiOperation({ summary: 'The latest runs, withdrawn ones included' })
  @ApiQuery({ name: 'limit', required: false, description: `1 to ${MAX_RUNS}, else 50` })
  @ApiQuery({
    name: 'ahead',
    required: false,
    description: "true: only those whose moment lies ahead of the database's clock",
  })
  async list(@Query() query: QueryParameters): Promise<{ report_runs: ReportRunView[] }> {
    const limit = wholeNumber(query, 'limit', { default: 50, low: 1, high: MAX_RUNS });
    const isAhead = choice(query, 'ahead', ['false', 'true']) === 'true';
    // A requested run waits for the next whole second.
    const after = isAhead ? (await databaseNow(this.database.pool)) + 1000 : undefined;
    return { report_runs: await runViews(this.database, { limit, after }) };
  }

  @Get(':runId')
  @ApiOperation({ summary: 'How a run went' })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.reportRun) })
  async find(@Param('runId') runId: string): Promise<ReportRunView> {
    const run = isRunId(runId) ? await runView(this.database, runId) : undefined;
    if (!run) throw noSuchRun();
    return run;
  }

  @Delete(':runId')
  @ApiOperation({
    summary: 'Withdraw a run for good: it is served nowhere, and its snapshot is dropped',
  })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.reportRun) })
  async withdraw(@Param('runId') runId: string): Promise<ReportRunView> {
    if (!isRunId(runId) || !(await this.withdrawal.withdraw(runId))) throw noSuchRun();
    return this.find(runId);
  }

  private async pastDay(asOf: unknown): Promise<number> {
    const day = typeof asOf === 'string' && asOf.length === 10 ? parseDay(asOf) : undefined;
    if (day === undefined || day < 0)
      throw invalidField('as_of', 'must be a day such as 2026-01-31');
    if (day >= startOfDay(await databaseNow(this.database.pool)))
      throw invalidField('as_of', 'must be a day before today (UTC)');
    return day;
  }
}

function noSuchRun(): ApiError {
  return new ApiError('not_found', 'There is no run with this id.');
}
