import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  ApiError,
  RANKINGS,
  intervalsOf,
  parameters,
  wire,
  type OrgReportPage,
  type ReportPage,
  type Subject,
  type UserReportPage,
} from '#libs/contracts';
import { signupParameters } from '#libs/facts';
import { Access, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { Database } from '#libs/database';
import { servedRun } from '../runs/runs.store.js';
import { totalsOf } from '../snapshots/page.query.js';
import { PagesService } from './pages.service.js';
import { interval, pinnedRun, reportOf, requestedRanking } from './request.js';

const pageQuery = z.object({ report_interval: interval, ...parameters.page, run_id: pinnedRun });

const getUserReport = operation({
  ...{ id: 'getUserReport', tag: 'compatible', summary: 'A page of a report of users' },
  path: z.object({ report: reportOf('user') }),
  query: pageQuery,
  reply: wire.userReportPage,
});

const getOrgReport = operation({
  ...{ id: 'getOrgReport', tag: 'compatible', summary: 'A page of a report of organizations' },
  path: z.object({ report: reportOf('org') }),
  query: pageQuery,
  reply: wire.orgReportPage,
});

const getSignupQueryParameters = operation({
  id: 'getSignupQueryParameters',
  tag: 'compatible',
  summary: 'The query parameters with which a user signed up',
  path: z.object({ userId: z.string() }),
  reply: wire.signupParameters,
});

const listReports = operation({
  id: 'listReports',
  tag: 'compatible',
  summary: 'The reports with their intervals, and when they were last made',
  reply: wire.availableReports,
});

const ATTEMPTS = 3;

/** The endpoints that clients of the reference API call, and the list of reports. */
@Controller('api/backend/v1')
@Access('read')
export class ReportsController {
  constructor(
    private readonly pages: PagesService,
    private readonly database: Database,
  ) {}

  @Get('user_report/:report')
  @Operation(getUserReport)
  async userReport(
    @Param() { report }: PathOf<typeof getUserReport>,
    @Query() query: QueryOf<typeof getUserReport>,
  ): Promise<UserReportPage> {
    return (await this.page('user', report, query)) as UserReportPage;
  }

  @Get('org_report/:report')
  @Operation(getOrgReport)
  async orgReport(
    @Param() { report }: PathOf<typeof getOrgReport>,
    @Query() query: QueryOf<typeof getOrgReport>,
  ): Promise<OrgReportPage> {
    return (await this.page('org', report, query)) as OrgReportPage;
  }

  @Get('user/:userId/signup_query_parameters')
  @Operation(getSignupQueryParameters)
  async signupParameters(@Param() { userId }: PathOf<typeof getSignupQueryParameters>) {
    const known = userId.includes('\0')
      ? undefined
      : await signupParameters(this.database.pool, userId);
    if (!known) throw new ApiError('not_found', 'No user with this id is known.');
    return { user_signup_query_parameters: known };
  }

  @Get('reports')
  @Operation(listReports)
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

  private page(
    subject: Subject,
    report: string,
    query: z.output<typeof pageQuery>,
  ): Promise<ReportPage> {
    const ranking = requestedRanking(subject, report, query.report_interval, 'report_interval');
    const { page_size: pageSize, page_number: pageNumber, run_id: runId } = query;
    return this.pages.page(ranking, { pageSize, pageNumber, runId });
  }
}
