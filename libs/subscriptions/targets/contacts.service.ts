import { Injectable } from '@nestjs/common';
import { Calendar, type ChangedOrgRow } from '#libs/contracts';
import { Database } from '#libs/database';
import { lastActiveOf, orgContacts, orgKeysOf, profilesByIds, profilesOf } from '#libs/facts';
import { plain } from './digest/plain.js';
import { userName } from './digest/row-words.js';
import { formatDate } from './digest/words.js';

const MAX_EMAIL = 254;

/** A person to ask about an org. */
export interface Contact {
  role: 'champion' | 'owner' | 'admin';
  name: string;
  /** Empty when none is known. */
  email: string;
  /** "5 Jan 2026"; undefined when the person was never active. */
  lastActive?: string | undefined;
}

/** Finds the people to ask about orgs: the champion that an org lost, and an owner, or else an administrator. */
@Injectable()
export class Contacts {
  constructor(
    private readonly database: Database,
    private readonly calendar: Calendar,
  ) {}

  /** At most two contacts per org, by the id of the org. */
  async of(rows: readonly ChangedOrgRow[]): Promise<Map<string, Contact[]>> {
    if (rows.length === 0) return new Map();
    const { pool } = this.database;
    const keys = await orgKeysOf(
      pool,
      rows.map(({ org_id }) => org_id),
    );
    const championIds = rows.flatMap(({ extra_properties: { champion_user_id } }) =>
      champion_user_id ? [champion_user_id] : [],
    );
    const [responsible, champions] = await Promise.all([
      this.responsible([...keys.values()]),
      profilesByIds(pool, championIds),
    ]);
    return new Map(
      rows.map((row) => {
        const championId = row.extra_properties.champion_user_id ?? '';
        const champion = champions.get(championId);
        const owner = responsible.get(keys.get(row.org_id) ?? -1);
        return [
          row.org_id,
          [
            ...(champion ? [personOf('champion', champion)] : []),
            ...(owner && owner.userId !== championId ? [owner.contact] : []),
          ],
        ];
      }),
    );
  }

  /** The owner, or else the administrator, of each org by key: the most recently active one. */
  private async responsible(orgKeys: number[]) {
    const { pool } = this.database;
    const all = await orgContacts(pool, orgKeys);
    const userKeys = all.map(({ userKey }) => userKey);
    const [lastActive, profiles] = await Promise.all([
      lastActiveOf(pool, userKeys),
      profilesOf(pool, userKeys),
    ]);
    const at = (userKey: number) => lastActive.get(userKey) ?? 0;
    const found = new Map<number, { userId: string; contact: Contact }>();
    // The sort is stable, so ties stay in the order of ids.
    all.sort(
      (one, other) =>
        Number(other.isOwner) - Number(one.isOwner) || at(other.userKey) - at(one.userKey),
    );
    for (const { orgKey, userKey, isOwner } of all) {
      const profile = profiles.get(userKey);
      if (!profile || found.has(orgKey)) continue;
      const seconds = at(userKey);
      const last = seconds > 0 ? formatDate(seconds, this.calendar.zone) : undefined;
      const contact = { ...personOf(isOwner ? 'owner' : 'admin', profile), lastActive: last };
      found.set(orgKey, { userId: profile.user_id, contact });
    }
    return found;
  }
}

function personOf(role: Contact['role'], user: Parameters<typeof userName>[0]): Contact {
  return { role, name: userName(user), email: plain(user.email ?? '', MAX_EMAIL) };
}
