import { Module } from '@nestjs/common';
import { FactsModule } from '#libs/facts';
import { ReportsApiModule } from '#libs/reports';
import { OrgContactsService } from './org-contacts.service.js';
import { OrgHistoryService } from './org-history.service.js';
import { OrgMembersService } from './org-members.service.js';
import { OrgPageService } from './org-page.service.js';
import { OverviewController } from './overview.controller.js';
import { OrgMembersCache } from './org-members-cache.service.js';
import { SubjectsController } from './subjects.controller.js';
import { SummaryService } from './summary.service.js';
import { UserPageService } from './user-page.service.js';

/** The endpoints that combine facts, reports and charts, for processes that answer HTTP. */
@Module({
  imports: [FactsModule, ReportsApiModule],
  controllers: [OverviewController, SubjectsController],
  providers: [
    SummaryService,
    UserPageService,
    OrgPageService,
    OrgHistoryService,
    OrgMembersService,
    OrgContactsService,
    OrgMembersCache,
  ],
})
export class InsightsApiModule {}
