import { Injectable } from '@nestjs/common';
import { ApiError, type OrgMembers } from '#libs/contracts';
import { ActivityFold, findOrg, profilesOf } from '#libs/facts';
import { Database } from '#libs/platform';
import { Rosters } from './rosters.service.js';
import { sinceOf, userCard } from './views.js';

/** Lists who is in an org now, page by page: those most recently active first. */
@Injectable()
export class OrgMembersService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly rosters: Rosters,
  ) {}

  /** @throws ApiError `not_found` when there is no such org, or not any more */
  async page(orgId: string, pageNumber: number, pageSize: number): Promise<OrgMembers> {
    const org = await findOrg(this.database.pool, orgId);
    if (!org) throw new ApiError('not_found', 'No organization with this id is known.');
    await this.activity.foldUnlessReadOnly();
    const { present } = await this.rosters.of(org.key);
    const shown = present.slice(pageNumber * pageSize, (pageNumber + 1) * pageSize);
    const profiles = await profilesOf(
      this.database.pool,
      shown.map(({ userKey }) => userKey),
    );
    return {
      total_count: present.length,
      page_number: pageNumber,
      page_size: pageSize,
      rows: shown.flatMap(({ userKey, span, lastActiveAt }) => {
        const profile = profiles.get(userKey);
        if (!profile) return [];
        const { role } = span;
        const since = sinceOf(span);
        return [{ ...userCard(profile), role, since, last_active_at: lastActiveAt }];
      }),
    };
  }
}
