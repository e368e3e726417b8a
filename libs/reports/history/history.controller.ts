import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import {
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import { REPORTS, insights, invalidField, type ReportChanges, type RunList } from '#libs/contracts';
import {
  Access,
  Database,
  choice,
  jsonSchema,
  parameter,
  wholeNumber,
  type Query as QueryParameters,
} from '#libs/platform';
import { requestedRun } from '../pages/request.js';
import { ChangesService } from './changes.service.js';
import { CsvService } from './csv.service.js';
import { isRun, listRuns } from './kept-runs.query.js';
import { rankingOf, requestedChanges, requestedList } from './requests.js';

const MAX_RUNS = 200;
const COMPARE_TO =
  'a kept run, yesterday, last_week, last_month or previous (the one kept right before), the default';
const NET_LOSS = 'true, of org/attrition: only organizations that more people left than joined';
const REPORT_NAMES = [...new Set(Object.values(REPORTS).flatMap(Object.keys))];

/** What reports were, what changed since, and whole reports. */
@ApiTags('insights')
@ApiSecurity('key')
@Controller('api/insights/v1')
@Access('read')
export class HistoryController {
  constructor(
    private readonly changes: ChangesService,
    private readonly csv: CsvService,
    private readonly database: Database,
  ) {}

  @Get('runs')
  @ApiOperation({ summary: 'The runs that made reports, the latest moment first' })
  @ApiQuery({ name: 'limit', required: false, description: `1 to ${MAX_RUNS}, else 50` })
  @ApiQuery({ name: 'before', required: false, description: 'a run_id: those that come after it' })
  @ApiQuery({ name: 'kept', required: false, description: 'true: only those that can be read' })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.runList) })
  async runs(@Query() query: QueryParameters): Promise<RunList> {
    const limit = wholeNumber(query, 'limit', { default: 50, low: 1, high: MAX_RUNS });
    const before = requestedRun(query, 'before');
    const { pool } = this.database;
    if (before !== undefined && !(await isRun(pool, before)))
      throw invalidField('before', 'must be the run_id of a run in this list');
    const onlyKept = choice(query, 'kept', ['false', 'true']) === 'true';
    const runs = await listRuns(pool, before, limit + 1, onlyKept);
    const shown = runs.slice(0, limit);
    const next = runs.length > limit ? shown.at(-1) : undefined;
    return { runs: shown, next_before: next?.run_id ?? null };
  }

  @Get('reports/:subject/:report')
  @ApiOperation({ summary: 'A page of a report with what changed since the one before' })
  @ApiParam({ name: 'subject', enum: Object.keys(REPORTS) })
  @ApiParam({ name: 'report', enum: REPORT_NAMES })
  @ApiQuery({ name: 'interval', required: false, description: 'as the report has them' })
  @ApiQuery({ name: 'run_id', required: false, description: 'a kept run, else the latest' })
  @ApiQuery({
    name: 'compare_to',
    required: false,
    description: COMPARE_TO,
  })
  @ApiQuery({ name: 'change', required: false, enum: insights.CHANGE_FILTERS })
  @ApiQuery({ name: 'net_loss', required: false, description: NET_LOSS })
  @ApiQuery({ name: 'page_size', required: false, description: '1 to 100, else 10' })
  @ApiQuery({ name: 'page_number', required: false, description: 'counts from 0' })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.reportChanges) })
  async report(
    @Param('subject') subject: string,
    @Param('report') report: string,
    @Query() query: QueryParameters,
  ): Promise<ReportChanges> {
    const ranking = rankingOf(subject, report, query);
    return this.changes.page(ranking, requestedChanges(ranking, query));
  }

  @Get('reports/:subject/:report/csv')
  @ApiOperation({ summary: 'A report, or the selected rows of it, as a table for a spreadsheet' })
  @ApiParam({ name: 'subject', enum: Object.keys(REPORTS) })
  @ApiParam({ name: 'report', enum: REPORT_NAMES })
  @ApiQuery({ name: 'interval', required: false, description: 'as the report has them' })
  @ApiQuery({ name: 'run_id', required: false, description: 'a kept run, else the latest' })
  @ApiQuery({ name: 'compare_to', required: false, description: `adds changes; ${COMPARE_TO}` })
  @ApiQuery({ name: 'change', required: false, enum: insights.CHANGE_FILTERS })
  @ApiQuery({ name: 'net_loss', required: false, description: NET_LOSS })
  @ApiQuery({ name: 'search', required: false, description: 'only rows that hold this text' })
  @ApiProduces('text/csv')
  @ApiResponse({ status: 200, schema: { type: 'string' } })
  async table(
    @Param('subject') subject: string,
    @Param('report') report: string,
    @Query() query: QueryParameters,
  ): Promise<StreamableFile> {
    const ranking = rankingOf(subject, report, query);
    const { name, content } = await this.csv.file(ranking, {
      ...requestedList(ranking, query),
      compares: parameter(query, 'compare_to') !== undefined,
      search: parameter(query, 'search'),
    });
    return new StreamableFile(content, {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="${name}"`,
    });
  }
}
