import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import {
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import {
  insights,
  type OrgActivity,
  type OrgContacts,
  type OrgMembers,
  type OrgPage,
  type OrgProfile,
  type UserPage,
} from '#libs/contracts';
import { Access, jsonSchema, type Query as QueryParameters } from '#libs/platform';
import { rankingOf, requestedChanges, requestedPage } from '#libs/reports';
import { OrgContactsService } from './org-contacts.service.js';
import { OrgMembersService } from './org-members.service.js';
import { OrgPageService } from './org-page.service.js';
import { UserPageService } from './user-page.service.js';

/** All that is known of one user or one org. */
@ApiTags('insights')
@ApiSecurity('key')
@Controller('api/insights/v1')
@Access('read')
export class SubjectsController {
  constructor(
    private readonly users: UserPageService,
    private readonly orgs: OrgPageService,
    private readonly members: OrgMembersService,
    private readonly contacts: OrgContactsService,
  ) {}

  @Get('users/:userId')
  @ApiOperation({ summary: 'A user: profile, orgs, active days, invites and in which reports' })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.userPage) })
  user(@Param('userId') userId: string): Promise<UserPage> {
    return this.users.page(userId);
  }

  @Get('orgs/:orgId')
  @ApiOperation({
    summary: 'An organization: members and activity over time, and in which reports',
  })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.orgPage) })
  org(@Param('orgId') orgId: string): Promise<OrgPage> {
    return this.orgs.page(orgId);
  }

  @Get('orgs/:orgId/profile')
  @ApiOperation({
    summary: 'The part of an organization that is read quickly: name, number of members, reports',
  })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.orgProfile) })
  orgProfile(@Param('orgId') orgId: string): Promise<OrgProfile> {
    return this.orgs.profile(orgId);
  }

  @Get('orgs/:orgId/activity')
  @ApiOperation({ summary: 'Members and activity of an organization over time' })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.orgActivity) })
  orgActivity(@Param('orgId') orgId: string): Promise<OrgActivity> {
    return this.orgs.members(orgId);
  }

  @Get('orgs/:orgId/members/csv')
  @ApiOperation({ summary: 'Who is in an organization now, as a table for a spreadsheet' })
  @ApiProduces('text/csv')
  @ApiResponse({ status: 200, schema: { type: 'string' } })
  async orgMembersTable(@Param('orgId') orgId: string): Promise<StreamableFile> {
    const { name, content } = await this.members.file(orgId);
    return new StreamableFile(content, {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="${name}"`,
    });
  }

  @Get('reports/org/:report/contacts')
  @ApiOperation({
    summary: 'Of the organizations on a page of a report: since when quiet, and whom to call',
    description: 'Takes the parameters of the report and answers for the rows of the same page.',
  })
  @ApiQuery({ name: 'interval', required: false, description: 'as the report has them' })
  @ApiQuery({ name: 'run_id', required: false, description: 'a kept run, else the latest' })
  @ApiQuery({ name: 'compare_to', required: false, description: 'as for the report' })
  @ApiQuery({ name: 'change', required: false, enum: insights.CHANGE_FILTERS })
  @ApiQuery({ name: 'net_loss', required: false, description: 'as for the report' })
  @ApiQuery({ name: 'page_size', required: false, description: '1 to 100, else 10' })
  @ApiQuery({ name: 'page_number', required: false, description: 'counts from 0' })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.orgContacts) })
  orgContacts(
    @Param('report') report: string,
    @Query() query: QueryParameters,
  ): Promise<OrgContacts> {
    const ranking = rankingOf('org', report, query);
    return this.contacts.page(ranking, requestedChanges(ranking, query));
  }

  @Get('orgs/:orgId/members')
  @ApiOperation({ summary: 'Who is in an organization now, the most recently active first' })
  @ApiQuery({ name: 'page_size', required: false, description: '1 to 100, else 10' })
  @ApiQuery({ name: 'page_number', required: false, description: 'counts from 0' })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.orgMembers) })
  orgMembers(@Param('orgId') orgId: string, @Query() query: QueryParameters): Promise<OrgMembers> {
    const { pageNumber, pageSize } = requestedPage(query);
    return this.members.page(orgId, pageNumber, pageSize);
  }
}
