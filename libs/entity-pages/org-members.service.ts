import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Calendar, PROFILE_FIELDS, formatDay, type OrgMembers } from '#libs/contracts';
import { ActivityFold, StoreChanged, inOrderOfIds, lastActiveByKey, profilesOf } from '#libs/facts';
import { BYTE_ORDER_MARK, Clock, csvCells, csvText, csvTime } from '#libs/platform';
import { Database } from '#libs/database';
import { mostRecent, type PresentMember } from './members.js';
import { OrgMembersCache } from './org-members-cache.service.js';
import type { OrgMembersList } from './org-members-list.js';
import { sinceOf } from './views.js';

const ROWS_AT_ONCE = 1_000;
/** Maximum characters of an org's id in a file name. */
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
    private readonly memberLists: OrgMembersCache,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
  ) {}

  /** @throws ApiError `not_found` when the org does not exist or was deleted */
  async page(orgId: string, pageNumber: number, pageSize: number): Promise<OrgMembers> {
    await this.activity.foldUnlessReadOnly();
    const places = [pageNumber * pageSize, (pageNumber + 1) * pageSize] as const;
    return this.memberLists.reading(orgId, async (_org, list) => ({
      total_count: list.present.length,
      page_number: pageNumber,
      page_size: pageSize,
      rows: await this.rows(await this.presentAt(list, places)),
    }));
  }

  /** All current members as a CSV file. @throws ApiError `not_found` */
  async file(orgId: string): Promise<{ name: string; content: Readable }> {
    await this.activity.foldUnlessReadOnly();
    const { list, present } = await this.memberLists.reading(orgId, async (_org, read) => ({
      list: read,
      present: await this.presentAt(read, [0, read.present.length]),
    }));
    const day = formatDay(this.calendar.dayOf(this.clock.now()));
    return {
      name: `members-${orgId.replaceAll(/[^\w.-]+/g, '_').slice(0, MOST_NAMED)}-${day}.csv`,
      content: Readable.from(this.lines(list, present), { objectMode: false }),
    };
  }

  /**
   * Yields some rows at a time, as fast as the client reads. Throws when the store was replaced in the
   * meantime, so that the client notices the incomplete file.
   */
  private async *lines(
    list: OrgMembersList,
    present: readonly PresentMember[],
  ): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvCells(CSV_COLUMNS);
    for (let first = 0; first < present.length; first += ROWS_AT_ONCE) {
      const rows = await this.rows(present.slice(first, first + ROWS_AT_ONCE));
      if (!(await this.memberLists.isCurrent(list))) throw new StoreChanged();
      yield rows.map(csvLine).join('');
    }
  }

  /** The members at places [from, before), the most recently active first. */
  private async presentAt(
    list: OrgMembersList,
    places: readonly [from: number, before: number],
  ): Promise<PresentMember[]> {
    const { keys, present } = list;
    const lastActive = await this.database.transaction((db) => lastActiveByKey(db, keys));
    return mostRecent({ ...list, lastActive }, present, places, (some) =>
      inOrderOfIds(this.database.pool, some),
    );
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
