import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  parameters,
  wire,
  type OrgReportPage,
  type ReportPage,
  type Subject,
  type UserReportPage,
} from '#libs/contracts';
import { Access, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { AvailableReportsService } from './available-reports.service.js';
import { PagesService } from './pages.service.js';
import { interval, pinnedRun, reportOf, requestedRanking } from './request.js';
import { SignupParametersService } from './signup-parameters.service.js';

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
  summary: "The query parameters of a user's signup",
  path: z.object({ userId: z.string() }),
  reply: wire.signupParameters,
});

const listReports = operation({
  id: 'listReports',
  tag: 'compatible',
  summary: 'The reports with their intervals, and when they were last made',
  reply: wire.availableReports,
});

/** The endpoints that clients of the reference API call, and the list of reports. */
@Controller('api/backend/v1')
@Access('read')
export class ReportsController {
  constructor(
    private readonly pages: PagesService,
    private readonly reports: AvailableReportsService,
    private readonly signups: SignupParametersService,
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
    return { user_signup_query_parameters: await this.signups.of(userId) };
  }

  @Get('reports')
  @Operation(listReports)
  available() {
    return this.reports.list();
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
