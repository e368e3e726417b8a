import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { insights, type OrgMembers, type OrgPage, type UserPage } from '#libs/contracts';
import { Access, jsonSchema, type Query as QueryParameters } from '#libs/platform';
import { requestedPage } from '#libs/reports';
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
