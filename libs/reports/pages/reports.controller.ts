import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import {
  ApiError,
  RANKINGS,
  REPORTS,
  intervalsOf,
  wire,
  type ReportPage,
  type Subject,
} from '#libs/contracts';
import { signupParameters } from '#libs/facts';
import { Access, Database, jsonSchema, type Query as QueryParameters } from '#libs/platform';
import { servedRun } from '../runs/runs.store.js';
import { totalsOf } from '../snapshots/page.query.js';
import { PagesService } from './pages.service.js';
import { requestedPage, requestedRanking, requestedRun } from './request.js';

const ATTEMPTS = 3;

/** The endpoints that clients of the reference API call, and the list of what there is. */
@ApiTags('insights')
@ApiSecurity('key')
@Controller('api/backend/v1')
@Access('read')
export class ReportsController {
  constructor(
    private readonly pages: PagesService,
    private readonly database: Database,
  ) {}

  @Get('user_report/:report')
  @ApiOperation({ summary: 'A page of a report of users' })
  @ApiParam({ name: 'report', enum: Object.keys(REPORTS.user) })
  @ApiQuery({ name: 'report_interval', required: false, description: 'as the report has them' })
  @ApiQuery({ name: 'page_size', required: false, description: '1 to 100, else 10' })
  @ApiQuery({ name: 'page_number', required: false, description: 'counts from 0' })
  @ApiQuery({ name: 'run_id', required: false, description: 'pins one run' })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.userReportPage) })
  userReport(
    @Param('report') report: string,
    @Query() query: QueryParameters,
  ): Promise<ReportPage> {
    return this.report('user', report, query);
  }

  @Get('org_report/:report')
  @ApiOperation({ summary: 'A page of a report of organizations' })
  @ApiParam({ name: 'report', enum: Object.keys(REPORTS.org) })
  @ApiQuery({ name: 'report_interval', required: false, description: 'as the report has them' })
  @ApiQuery({ name: 'page_size', required: false, description: '1 to 100, else 10' })
  @ApiQuery({ name: 'page_number', required: false, description: 'counts from 0' })
  @ApiQuery({ name: 'run_id', required: false, description: 'pins one run' })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.orgReportPage) })
  orgReport(@Param('report') report: string, @Query() query: QueryParameters): Promise<ReportPage> {
    return this.report('org', report, query);
  }

  @Get('user/:userId/signup_query_parameters')
  @ApiOperation({ summary: 'What a user signed up with' })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.signupParameters) })
  async signupParameters(@Param('userId') userId: string) {
    const parameters = userId.includes('\0')
      ? undefined
      : await signupParameters(this.database.pool, userId);
    if (!parameters) throw new ApiError('not_found', 'No user with this id is known.');
    return { user_signup_query_parameters: parameters };
  }

  @Get('reports')
  @ApiOperation({ summary: 'Which reports there are, and when they were last made' })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.availableReports) })
  async available() {
    const { run, totals } = await this.servedTotals();
    const reportTime = run?.reportTime ?? 0;
    const reports = RANKINGS.map(({ subject, report, interval }) => {
      const made = totals.find(
        (one) => one.subject === subject && one.report === report && one.interval === interval,
      );
      return {
        subject,
        report,
        report_interval: interval,
        is_default: intervalsOf(subject, report)?.[0] === interval,
        total_count: made?.total ?? 0,
        report_time: made ? reportTime : 0,
      };
    });
    return { report_time: reportTime, reports };
  }

  /** Asked again when the run was pruned between the two questions: there is a newer one then. */
  private async servedTotals() {
    for (let attempt = 1; ; attempt++) {
      const run = await servedRun(this.database);
      const totals = run ? await totalsOf(this.database.pool, run.id) : [];
      if (!run || totals.length > 0 || attempt === ATTEMPTS) return { run, totals };
    }
  }

  private report(subject: Subject, report: string, query: QueryParameters): Promise<ReportPage> {
    const ranking = requestedRanking(subject, report, query, 'report_interval');
    const page = requestedPage(query);
    return this.pages.page(ranking, { ...page, runId: requestedRun(query, 'run_id') });
  }
}
