import { Injectable } from '@nestjs/common';
import { ApiError, type OrgMembers } from '#libs/contracts';
import { ActivityFold, findOrg, lastActiveOf, orgMembers, profilesOf } from '#libs/facts';
import { Database } from '#libs/platform';
import { openSpan } from './members.js';
import { compareIds, sinceOf, userCard } from './views.js';

/** Lists who is in an org now, page by page: those most recently active first, then by id. */
@Injectable()
export class OrgMembersService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
  ) {}

  /** @throws ApiError `not_found` when there is no such org, or not any more */
  async page(orgId: string, pageNumber: number, pageSize: number): Promise<OrgMembers> {
    const org = await findOrg(this.database.pool, orgId);
    if (!org) throw new ApiError('not_found', 'No organization with this id is known.');
    await this.activity.foldUnlessReadOnly();
    const { members, lastActive } = await this.database.transaction(async (db) => {
      const all = await orgMembers(db, org.key);
      const present = all.flatMap((member) => {
        const span = openSpan(member);
        return span && member.exists ? [{ ...member, span }] : [];
      });
      const keys = present.map(({ userKey }) => userKey);
      return { members: present, lastActive: await lastActiveOf(db, keys) };
    });
    const last = (userKey: number) => lastActive.get(userKey)!;
    members.sort(
      (one, other) =>
        last(other.userKey) - last(one.userKey) || compareIds(one.userId, other.userId),
    );
    const shown = members.slice(pageNumber * pageSize, (pageNumber + 1) * pageSize);
    const profiles = await profilesOf(
      this.database.pool,
      shown.map(({ userKey }) => userKey),
    );
    return {
      total_count: members.length,
      page_number: pageNumber,
      page_size: pageSize,
      rows: shown.flatMap(({ userKey, span }) => {
        const profile = profiles.get(userKey);
        if (!profile) return [];
        const { role } = span;
        const last_active_at = last(userKey);
        return [{ ...userCard(profile), role, since: sinceOf(span), last_active_at }];
      }),
    };
  }
}
