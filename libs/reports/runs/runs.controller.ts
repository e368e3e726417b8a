import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  ApiError,
  Calendar,
  invalidField,
  parameters,
  wire,
  type ReportRunView,
} from '#libs/contracts';
import {
  Access,
  Audited,
  Operation,
  operation,
  type BodyOf,
  type PathOf,
  type QueryOf,
} from '#libs/platform';
import { RunsService } from './runs.service.js';
import { WithdrawalService } from './withdrawal.service.js';

const MAX_RUNS = 1_000;

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
  summary: 'The latest runs, including withdrawn runs',
  query: z.object({
    limit: parameters.wholeNumber({ default: 50, low: 1, high: MAX_RUNS }),
    ahead: parameters
      .choice(['false', 'true'])
      .describe("true: only runs with a report time ahead of the database's clock"),
  }),
  reply: wire.reportRunList,
});

const getReportRun = operation({
  id: 'getReportRun',
  tag: 'admin',
  summary: 'The state of a run',
  path: parameters.runPath,
  reply: wire.reportRun,
});

const withdrawReportRun = operation({
  id: 'withdrawReportRun',
  tag: 'admin',
  summary: 'Withdraw a run permanently: it is no longer served, and its snapshot is dropped',
  path: parameters.runPath,
  reply: wire.reportRun,
});

/** Requests, lists and withdraws runs. */
@Controller('api/admin/v1/report_runs')
@Access('admin')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly withdrawal: WithdrawalService,
    private readonly calendar: Calendar,
  ) {}

  @Post()
  @Operation(requestReportRun)
  @Audited(requestReportRun, 'run.requested', ({ reply }) => ({ target: reply.run_id }))
  async request(@Body() { as_of: day }: BodyOf<typeof requestReportRun>) {
    const runId =
      day === undefined
        ? await this.runs.requestNow()
        : await this.runs.requestDay(await this.pastDay(day));
    return { run_id: runId, state: 'queued' as const };
  }

  @Get()
  @Operation(listReportRuns)
  async list(@Query() { limit, ahead }: QueryOf<typeof listReportRuns>) {
    return { report_runs: await this.runs.list(limit, ahead === 'true') };
  }

  @Get(':runId')
  @Operation(getReportRun)
  async find(@Param() { runId }: PathOf<typeof getReportRun>): Promise<ReportRunView> {
    const run = await this.runs.find(runId);
    if (!run) throw noSuchRun();
    return run;
  }

  @Delete(':runId')
  @Operation(withdrawReportRun)
  @Audited(withdrawReportRun, 'run.withdrawn', ({ path }) => ({ target: path.runId }))
  async withdraw(@Param() { runId }: PathOf<typeof withdrawReportRun>): Promise<ReportRunView> {
    if (!(await this.withdrawal.withdraw(runId))) throw noSuchRun();
    return this.find({ runId });
  }

  /** @param day the first millisecond of the same date in UTC */
  private async pastDay(day: number): Promise<number> {
    const { calendar } = this;
    if (day < 0) throw invalidField('as_of', 'must be a day such as 2026-01-31');
    if (day >= calendar.dayOf(await this.runs.now()))
      throw invalidField('as_of', `must be a day before today (${calendar.zone})`);
    if (!calendar.has(day))
      throw invalidField('as_of', `is a date that ${calendar.zone} skipped: request another day`);
    return day;
  }
}

function noSuchRun(): ApiError {
  return new ApiError('not_found', 'There is no run with this id.');
}
