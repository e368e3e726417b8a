import { Injectable } from '@nestjs/common';
import {
  ApiError,
  type OrgActivity,
  type OrgPage,
  type CountedOrgProfile,
  type ExcludedOrg,
  type OrgProfile,
} from '#libs/contracts';
import { ActivityFold, findOrg, traitsOf, type KnownOrg } from '#libs/facts';
import { ReportPositionsService } from '#libs/reports';
import { Database } from '#libs/database';
import { OrgHistoryService } from './org-history.service.js';
import { OrgMembersCache } from './org-members-cache.service.js';
import type { OrgMembersList } from './org-members-list.js';

/** Reads the page of one org. */
@Injectable()
export class OrgPageService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly positions: ReportPositionsService,
    private readonly memberLists: OrgMembersCache,
    private readonly history: OrgHistoryService,
  ) {}

  /** The whole page. @throws ApiError `not_found` when the org does not exist or was deleted */
  async page(orgId: string): Promise<OrgPage> {
    const known = await this.find(orgId);
    if (known.isExcluded) return this.excluded(known);
    await this.activity.foldUnlessReadOnly();
    return this.memberLists.reading(orgId, async (org, list) => {
      const [activity, profile] = await Promise.all([
        this.history.of(org, list),
        this.profileOf(org, list),
      ]);
      return { ...profile, ...activity };
    });
  }

  /** The parts that need the members alone. @throws ApiError `not_found` */
  async profile(orgId: string): Promise<OrgProfile> {
    const org = await this.find(orgId);
    if (org.isExcluded) return this.excluded(org);
    return this.memberLists.reading(orgId, (counted, list) => this.profileOf(counted, list));
  }

  /** The parts that need the activity of the members. @throws ApiError `not_found` */
  async members(orgId: string): Promise<OrgActivity> {
    await this.activity.foldUnlessReadOnly();
    return this.memberLists.reading(orgId, (org, list) => this.history.of(org, list));
  }

  private async find(orgId: string): Promise<KnownOrg> {
    const org = await findOrg(this.database.pool, orgId);
    if (!org) throw new ApiError('not_found', 'No organization with this id is known.');
    return org;
  }

  private async excluded(org: KnownOrg): Promise<ExcludedOrg> {
    return {
      excluded: true,
      org: orgView(org),
      traits: await traitsOf(this.database.pool, 'org', org.key),
    };
  }

  private async profileOf(org: KnownOrg, { numUsers }: OrgMembersList): Promise<CountedOrgProfile> {
    const [traits, positions] = await Promise.all([
      traitsOf(this.database.pool, 'org', org.key),
      this.positions.ofOrg(org.key),
    ]);
    return {
      excluded: false,
      org: orgView(org),
      num_users: numUsers,
      traits,
      ...positions,
    };
  }
}

function orgView({ orgId, name, createdAt }: KnownOrg): ExcludedOrg['org'] {
  return { org_id: orgId, name, created_at: createdAt };
}
