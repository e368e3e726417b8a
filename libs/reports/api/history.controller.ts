import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import { insights, parameters, type ReportChanges, type RunList } from '#libs/contracts';
import { Access, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { ChangesService } from './changes.service.js';
import { ReportCsvService } from './csv/report-csv.service.js';
import {
  changesQuery,
  csvQuery,
  rankingOf,
  reportPath,
  requestedChanges,
  requestedList,
} from './requests.js';
import { RunListService } from './run-list.service.js';

const MAX_RUNS = 200;

const listRunsOperation = operation({
  id: 'listRuns',
  tag: 'insights',
  summary: 'The report runs, the latest report time first',
  query: z.object({
    limit: parameters.wholeNumber({ default: 50, low: 1, high: MAX_RUNS }),
    before: parameters.runId.optional().describe('a run of this list: returns the runs after it'),
    kept: parameters
      .choice(['false', 'true'])
      .describe('true: only runs whose rankings can be read'),
  }),
  reply: insights.runList,
});

const getReportChanges = operation({
  id: 'getReportChanges',
  tag: 'insights',
  summary: 'A page of a report with the changes since an earlier run',
  path: reportPath,
  query: changesQuery,
  reply: insights.reportChanges,
});

const exportReport = operation({
  id: 'exportReport',
  tag: 'insights',
  summary: 'A report, or selected rows of it, as CSV',
  description: '`compare_to` or `change` adds the columns of changes.',
  path: reportPath,
  query: csvQuery,
  rawReply: { 'text/csv': z.string() },
});

/** Earlier reports, changes between reports, and whole reports as CSV. */
@Controller('api/insights/v1')
@Access('read')
export class HistoryController {
  constructor(
    private readonly changes: ChangesService,
    private readonly csv: ReportCsvService,
    private readonly runList: RunListService,
  ) {}

  @Get('runs')
  @Operation(listRunsOperation)
  runs(@Query() query: QueryOf<typeof listRunsOperation>): Promise<RunList> {
    const { limit, before, kept } = query;
    return this.runList.page({ limit, before, onlyKept: kept === 'true' });
  }

  @Get('reports/:subject/:report')
  @Operation(getReportChanges)
  async report(
    @Param() path: PathOf<typeof getReportChanges>,
    @Query() query: QueryOf<typeof getReportChanges>,
  ): Promise<ReportChanges> {
    const ranking = rankingOf(path, query.interval);
    return this.changes.page(ranking, requestedChanges(ranking, query));
  }

  @Get('reports/:subject/:report/csv')
  @Operation(exportReport)
  async table(
    @Param() path: PathOf<typeof exportReport>,
    @Query() query: QueryOf<typeof exportReport>,
  ): Promise<StreamableFile> {
    const ranking = rankingOf(path, query.interval);
    const { name, content } = await this.csv.file(ranking, {
      ...requestedList(ranking, query),
      compares: query.compare_to !== undefined,
      search: query.search,
    });
    return new StreamableFile(content, {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="${name}"`,
    });
  }
}
