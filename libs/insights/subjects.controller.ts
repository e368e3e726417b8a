import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  insights,
  parameters,
  type OrgMembers,
  type OrgPage,
  type UserPage,
} from '#libs/contracts';
import { Access, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { OrgMembersService } from './org-members.service.js';
import { OrgPageService } from './org-page.service.js';
import { UserPageService } from './user-page.service.js';

const getUser = operation({
  id: 'getUser',
  tag: 'insights',
  summary: 'A user: profile, orgs, active days, invites and places in reports',
  path: z.object({ userId: z.string() }),
  reply: insights.userPage,
});

const orgPath = z.object({ orgId: z.string() });

const getOrg = operation({
  id: 'getOrg',
  tag: 'insights',
  summary: 'An organization: members and activity over time, and places in reports',
  path: orgPath,
  reply: insights.orgPage,
});

const listOrgMembers = operation({
  id: 'listOrgMembers',
  tag: 'insights',
  summary: 'The members of an organization now, the most recently active first',
  path: orgPath,
  query: z.object(parameters.page),
  reply: insights.orgMembers,
});

/** All that is known of one user or one org. */
@Controller('api/insights/v1')
@Access('read')
export class SubjectsController {
  constructor(
    private readonly users: UserPageService,
    private readonly orgs: OrgPageService,
    private readonly members: OrgMembersService,
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

  @Get('orgs/:orgId/members')
  @Operation(listOrgMembers)
  orgMembers(
    @Param() { orgId }: PathOf<typeof listOrgMembers>,
    @Query() query: QueryOf<typeof listOrgMembers>,
  ): Promise<OrgMembers> {
    return this.members.page(orgId, query.page_number, query.page_size);
  }
}
