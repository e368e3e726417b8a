import { Injectable } from '@nestjs/common';
import { lastActiveDaysOf } from '#libs/charts';
import { Calendar, type OrgContacts, type Ranking } from '#libs/contracts';
import {
  ActivityFold,
  lastActiveOf,
  orgContacts,
  orgKeysOf,
  profilesByIds,
  profilesOf,
  type OrgContact,
} from '#libs/facts';
import { ChangesService } from '#libs/reports';
import { Database } from '#libs/database';

const MOST_CONTACTS = 3;

type ChangesRequest = Parameters<ChangesService['page']>[1];
type Contact = OrgContact & { lastActiveAt: number };

/** The contacts, the last active day and the champion of the orgs on a page of a report. */
@Injectable()
export class OrgContactsService {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly changes: ChangesService,
    private readonly calendar: Calendar,
  ) {}

  /** @throws ApiError `not_found` when a named run is not kept */
  async page(ranking: Ranking, request: ChangesRequest): Promise<OrgContacts> {
    const { pool } = this.database;
    const { run_id, report_time, rows } = await this.changes.page(ranking, request);
    const orgs = rows.flatMap((row) =>
      'org_id' in row
        ? [{ orgId: row.org_id, championId: row.extra_properties.champion_user_id ?? '' }]
        : [],
    );
    const orgIds = orgs.map(({ orgId }) => orgId);
    const championIds = orgs.flatMap(({ championId }) => (championId === '' ? [] : [championId]));
    await this.activity.foldUnlessReadOnly();
    const keys = await orgKeysOf(pool, orgIds);
    const [lastDays, contacts, champions] = await Promise.all([
      lastActiveDaysOf(pool, [...keys.values()], this.calendar.dayOf(report_time * 1000)),
      this.contacts([...keys.values()]),
      profilesByIds(pool, championIds),
    ]);
    const profiles = await profilesOf(
      pool,
      contacts.map(({ userKey }) => userKey),
    );
    return {
      ...{ run_id, report_time },
      rows: orgs.map(({ orgId, championId }) => {
        const key = keys.get(orgId);
        const ofOrg = contacts.filter(({ orgKey }) => orgKey === key);
        return {
          org_id: orgId,
          last_active_day: (key !== undefined && lastDays.get(key)) || null,
          contacts: ofOrg.flatMap(({ userKey, role, lastActiveAt }) => {
            const profile = profiles.get(userKey);
            return profile ? [{ ...profile, role, last_active_at: lastActiveAt }] : [];
          }),
          champion: champions.get(championId) ?? null,
        };
      }),
    };
  }

  /** Up to 3 contacts per org: owners first, then the most recently active. */
  private async contacts(orgKeys: readonly number[]): Promise<Contact[]> {
    const all = await orgContacts(this.database.pool, orgKeys);
    const lastActive = await lastActiveOf(
      this.database.pool,
      all.map(({ userKey }) => userKey),
    );
    const known = all.map((one) => ({ ...one, lastActiveAt: lastActive.get(one.userKey)! }));
    // The sort is stable, so ties stay in the order of ids.
    known.sort(
      (one, other) =>
        Number(other.isOwner) - Number(one.isOwner) || other.lastActiveAt - one.lastActiveAt,
    );
    const counts = new Map<number, number>();
    return known.filter(({ orgKey }) => {
      const count = (counts.get(orgKey) ?? 0) + 1;
      counts.set(orgKey, count);
      return count <= MOST_CONTACTS;
    });
  }
}
