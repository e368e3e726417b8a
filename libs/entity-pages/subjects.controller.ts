import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import {
  insights,
  parameters,
  type OrgActivity,
  type OrgContacts,
  type OrgMembers,
  type OrgPage,
  type OrgProfile,
  type UserPage,
} from '#libs/contracts';
import { Access, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { changesQuery, rankingOf, reportOf, requestedChanges } from '#libs/reports';
import { OrgContactsService } from './org-contacts.service.js';
import { OrgMembersService } from './org-members.service.js';
import { OrgPageService } from './org-page.service.js';
import { UserPageService } from './user-page.service.js';

const getUser = operation({
  id: 'getUser',
  tag: 'insights',
  summary: 'A user: profile, organizations, active days, invites and positions in reports',
  path: z.object({ userId: z.string() }),
  reply: insights.userPage,
});

const orgPath = z.object({ orgId: z.string() });

const getOrg = operation({
  id: 'getOrg',
  tag: 'insights',
  summary: 'An organization: members and activity over time, and positions in reports',
  path: orgPath,
  reply: insights.orgPage,
});

const getOrgProfile = operation({
  id: 'getOrgProfile',
  tag: 'insights',
  summary: 'The part of an organization that is fast to read: name, number of members, reports',
  path: orgPath,
  reply: insights.orgProfile,
});

const getOrgActivity = operation({
  id: 'getOrgActivity',
  tag: 'insights',
  summary: 'Members and activity of an organization over time',
  path: orgPath,
  reply: insights.orgActivity,
});

const listOrgMembers = operation({
  id: 'listOrgMembers',
  tag: 'insights',
  summary: 'The current members of an organization, the most recently active first',
  path: orgPath,
  query: z.object(parameters.page),
  reply: insights.orgMembers,
});

const exportOrgMembers = operation({
  id: 'exportOrgMembers',
  tag: 'insights',
  summary: 'The current members of an organization, as CSV',
  path: orgPath,
  rawReply: { 'text/csv': z.string() },
});

const listOrgContacts = operation({
  id: 'listOrgContacts',
  tag: 'insights',
  summary: 'The last active day and the contacts of the organizations on a page of a report',
  description: 'Takes the parameters of the report and covers the rows of the same page.',
  path: z.object({ report: reportOf('org') }),
  query: changesQuery,
  reply: insights.orgContacts,
});

/** Pages of single users and orgs. */
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
  @Operation(getUser)
  user(@Param() { userId }: PathOf<typeof getUser>): Promise<UserPage> {
    return this.users.page(userId);
  }

  @Get('orgs/:orgId')
  @Operation(getOrg)
  org(@Param() { orgId }: PathOf<typeof getOrg>): Promise<OrgPage> {
    return this.orgs.page(orgId);
  }

  @Get('orgs/:orgId/profile')
  @Operation(getOrgProfile)
  orgProfile(@Param() { orgId }: PathOf<typeof getOrgProfile>): Promise<OrgProfile> {
    return this.orgs.profile(orgId);
  }

  @Get('orgs/:orgId/activity')
  @Operation(getOrgActivity)
  orgActivity(@Param() { orgId }: PathOf<typeof getOrgActivity>): Promise<OrgActivity> {
    return this.orgs.members(orgId);
  }

  @Get('orgs/:orgId/members')
  @Operation(listOrgMembers)
  orgMembers(
    @Param() { orgId }: PathOf<typeof listOrgMembers>,
    @Query() query: QueryOf<typeof listOrgMembers>,
  ): Promise<OrgMembers> {
    return this.members.page(orgId, query.page_number, query.page_size);
  }

  @Get('orgs/:orgId/members/csv')
  @Operation(exportOrgMembers)
  async orgMembersTable(
    @Param() { orgId }: PathOf<typeof exportOrgMembers>,
  ): Promise<StreamableFile> {
    const { name, content } = await this.members.file(orgId);
    return new StreamableFile(content, {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="${name}"`,
    });
  }

  @Get('reports/org/:report/contacts')
  @Operation(listOrgContacts)
  orgContacts(
    @Param() { report }: PathOf<typeof listOrgContacts>,
    @Query() query: QueryOf<typeof listOrgContacts>,
  ): Promise<OrgContacts> {
    const ranking = rankingOf({ subject: 'org', report }, query.interval);
    return this.contacts.page(ranking, requestedChanges(ranking, query));
  }
}
