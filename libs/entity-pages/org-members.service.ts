import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { ApiError, PROFILE_FIELDS, formatDay, type OrgMembers } from '#libs/contracts';
import { ActivityFold, findOrg, profilesOf } from '#libs/facts';
import { BYTE_ORDER_MARK, csvCells, csvText, csvTime } from '#libs/reports';
import { Clock } from '#libs/platform';
import { Database } from '#libs/database';
import { OrgMembersCache, type PresentMember } from './org-members-cache.service.js';
import { sinceOf } from './views.js';

const ROWS_AT_ONCE = 1_000;
/** Characters of an org's id in the name of its file. */
const MOST_NAMED = 60;
const CSV_COLUMNS = [
  ...['user_id', ...PROFILE_FIELDS, 'role'],
  ...['since_utc', 'last_active_at_utc'],
];

/** Lists the current members of an org, page by page, the most recently active first. */
@Injectable()
export class OrgMembersService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly rosters: OrgMembersCache,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError `not_found` when there is no such org, or not any more */
  async page(orgId: string, pageNumber: number, pageSize: number): Promise<OrgMembers> {
    const present = await this.present(orgId);
    const shown = present.slice(pageNumber * pageSize, (pageNumber + 1) * pageSize);
    return {
      total_count: present.length,
      page_number: pageNumber,
      page_size: pageSize,
      rows: await this.rows(shown),
    };
  }

  /** All of them as a table for a spreadsheet. @throws ApiError `not_found` */
  async file(orgId: string): Promise<{ name: string; content: Readable }> {
    const present = await this.present(orgId);
    const day = formatDay(this.clock.now());
    return {
      name: `members-${orgId.replaceAll(/[^\w.-]+/g, '_').slice(0, MOST_NAMED)}-${day}.csv`,
      content: Readable.from(this.lines(present), { objectMode: false }),
    };
  }

  /** Some rows at a time, only as fast as they are taken. */
  private async *lines(present: readonly PresentMember[]): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvCells(CSV_COLUMNS);
    for (let first = 0; first < present.length; first += ROWS_AT_ONCE) {
      const rows = await this.rows(present.slice(first, first + ROWS_AT_ONCE));
      yield rows.map(csvLine).join('');
    }
  }

  private async present(orgId: string): Promise<PresentMember[]> {
    const org = await findOrg(this.database.pool, orgId);
    if (!org) throw new ApiError('not_found', 'No organization with this id is known.');
    await this.activity.foldUnlessReadOnly();
    return (await this.rosters.members(org.key)).present;
  }

  private async rows(members: readonly PresentMember[]): Promise<OrgMembers['rows']> {
    const profiles = await profilesOf(
      this.database.pool,
      members.map(({ userKey }) => userKey),
    );
    return members.flatMap(({ userKey, span, lastActiveAt }) => {
      const profile = profiles.get(userKey);
      if (!profile) return [];
      const { role } = span;
      return [{ ...profile, role, since: sinceOf(span), last_active_at: lastActiveAt }];
    });
  }
}

function csvLine(row: OrgMembers['rows'][number]): string {
  const texts = [row.user_id, ...PROFILE_FIELDS.map((field) => row[field]), row.role];
  const since = row.since === null ? '' : csvTime(row.since);
  return csvCells([...texts.map(csvText), since, csvTime(row.last_active_at)]);
}
