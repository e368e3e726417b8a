import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import {
  ApiError,
  REPORTS,
  insights,
  invalidField,
  parameters,
  type ReportChanges,
  type RunList,
  type Subject,
} from '#libs/contracts';
import { Access, Database, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { anyReport, interval, pinnedRun, requestedRanking, subject } from '../pages/request.js';
import { ChangesService } from './changes.service.js';
import { CsvService } from './csv.service.js';
import { isRun, listRuns } from './kept-runs.query.js';

const MAX_RUNS = 200;

const listRunsOperation = operation({
  id: 'listRuns',
  tag: 'insights',
  summary: 'The runs that make reports, the latest moment first',
  query: z.object({
    limit: parameters.wholeNumber({ default: 50, low: 1, high: MAX_RUNS }),
    before: parameters.runId.optional().describe('a run of this list: those that come after it'),
    kept: parameters.choice(['false', 'true']).describe('true: only those that can be read'),
  }),
  reply: insights.runList,
});

const reportPath = z.object({ subject, report: anyReport });

const getReportChanges = operation({
  id: 'getReportChanges',
  tag: 'insights',
  summary: 'A page of a report with what changed since an earlier run',
  path: reportPath,
  query: z.object({
    interval,
    run_id: pinnedRun,
    compare_to: parameters.runId.optional().describe('a kept run, else the one right before'),
    change: parameters.choice(insights.CHANGE_FILTERS).describe('which rows'),
    ...parameters.page,
  }),
  reply: insights.reportChanges,
});

const exportReport = operation({
  id: 'exportReport',
  tag: 'insights',
  summary: 'A whole report as CSV',
  path: reportPath,
  query: z.object({ interval, run_id: pinnedRun }),
  rawReply: { 'text/csv': z.string() },
});

/** What reports were, what changed since, and whole reports. */
@Controller('api/insights/v1')
@Access('read')
export class HistoryController {
  constructor(
    private readonly changes: ChangesService,
    private readonly csv: CsvService,
    private readonly database: Database,
  ) {}

  @Get('runs')
  @Operation(listRunsOperation)
  async runs(@Query() query: QueryOf<typeof listRunsOperation>): Promise<RunList> {
    const { limit, before, kept } = query;
    const { pool } = this.database;
    if (before !== undefined && !(await isRun(pool, before)))
      throw invalidField('before', 'must be the run_id of a run in this list');
    const runs = await listRuns(pool, before, limit + 1, kept === 'true');
    const shown = runs.slice(0, limit);
    const next = runs.length > limit ? shown.at(-1) : undefined;
    return { runs: shown, next_before: next?.run_id ?? null };
  }

  @Get('reports/:subject/:report')
  @Operation(getReportChanges)
  async report(
    @Param() path: PathOf<typeof getReportChanges>,
    @Query() query: QueryOf<typeof getReportChanges>,
  ): Promise<ReportChanges> {
    return this.changes.page(rankingOf(path, query.interval), {
      pageSize: query.page_size,
      pageNumber: query.page_number,
      change: query.change,
      runId: query.run_id,
      compareTo: query.compare_to,
    });
  }

  @Get('reports/:subject/:report/csv')
  @Operation(exportReport)
  async table(
    @Param() path: PathOf<typeof exportReport>,
    @Query() query: QueryOf<typeof exportReport>,
  ): Promise<StreamableFile> {
    const { name, content } = await this.csv.file(rankingOf(path, query.interval), query.run_id);
    return new StreamableFile(content, {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="${name}"`,
    });
  }
}

/** @throws ApiError `not_found` or `invalid`, naming what the subject or the report has */
function rankingOf(
  { subject, report }: { subject: Subject; report: string },
  given: string | undefined,
) {
  if (!Object.hasOwn(REPORTS[subject], report)) {
    const names = Object.keys(REPORTS[subject]).join(', ');
    throw new ApiError('not_found', `There is no such ${subject} report; there are ${names}.`);
  }
  return requestedRanking(subject, report, given, 'interval');
}
