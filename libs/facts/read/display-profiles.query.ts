import { PROFILE_FIELDS, type DisplayUser, type OrgMembership } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { spansOf } from '../membership/membership-replay.js';
import { notExcluded } from './excluded.js';

/**
 * Current display profiles of users or orgs. They are joined in the query that finds the keys,
 * which saves a round trip.
 */
export interface DisplayProfiles<Profile, Row extends { id: number }> {
  /**
   * A select of the rows for the keys that the subquery `keys` selects, to be ordered by its
   * leading columns. Columns are numbers and text only, so that rows can be passed as JSON.
   */
  rowsOf(keys: string): string;
  /** The profiles by key, without deleted and excluded subjects. */
  read(rows: readonly Row[]): Map<number, Profile>;
}

/** The columns of a `DisplayUser`, of user_ids `i` and user_profiles `p`. */
export const DISPLAY_COLUMNS = ['i.user_id', ...PROFILE_FIELDS.map((field) => `p.${field}`)].join();

export interface UserProfile {
  display: DisplayUser;
  memberships: OrgMembership[];
}

interface UserProfileRow extends DisplayUser {
  id: number;
  org_id: string | null;
  org_name: string;
  /** Hexadecimal. */
  steps: string;
}

// One row per user and existing org (created, neither deleted nor excluded) that the user was ever in; one row
// without an org for a user who was in none. A user without a row in user_profiles has null names.
export const USER_PROFILES: DisplayProfiles<UserProfile, UserProfileRow> = {
  rowsOf: (keys) => `
    select i.id, pair.org_id, ${DISPLAY_COLUMNS}, pair.name as org_name, pair.steps
    from users u
    join user_ids i on i.id = u.id
    left join user_profiles p on p.user_key = u.id
    left join lateral (
      select org_ids.org_id, o.name, encode(m.steps, 'hex') as steps
      from memberships m
      join orgs o on o.id = m.org_key
      join org_ids on org_ids.id = m.org_key
      where m.user_key = u.id
        and o.created_at is not null and o.deleted_stamp is null and o.name is not null
        and ${notExcluded('excluded_orgs', 'o.id')}
    ) pair on true
    where u.id in (${keys}) and u.created_at is not null and u.deleted_stamp is null
      and ${notExcluded('excluded_users', 'u.id')}`,
  read: (rows) => {
    const profiles = new Map<number, UserProfile>();
    for (const row of rows) {
      const { id, org_id, org_name, steps, ...display } = row;
      const profile = profiles.get(id) ?? { display, memberships: [] };
      profiles.set(id, profile);
      const membership = openMembership({ org_id, org_name, steps });
      if (membership) profile.memberships.push(membership);
    }
    return profiles;
  },
};

export interface DisplayOrg {
  orgId: string;
  name: string;
}

interface DisplayOrgRow {
  id: number;
  org_id: string;
  name: string;
}

export const ORG_PROFILES: DisplayProfiles<DisplayOrg, DisplayOrgRow> = {
  rowsOf: (keys) => `
    select id, org_id, name from orgs join org_ids using (id)
    where id in (${keys}) and deleted_stamp is null and name is not null
      and ${notExcluded('excluded_orgs', 'orgs.id')}`,
  read: (rows) => new Map(rows.map((row) => [row.id, { orgId: row.org_id, name: row.name }])),
};

const SIGNUP_PARAMETERS = `
  select p.signup_query_parameters as parameters
  from user_ids i
  join users u using (id)
  left join user_profiles p on p.user_key = u.id
  where i.user_id = $1 and u.created_at is not null and u.deleted_stamp is null
    and ${notExcluded('excluded_users', 'u.id')}`;

/** A user's signup parameters, `{}` when there are none; undefined when the user does not exist or is excluded. */
export async function signupParameters(
  db: Queryable,
  userId: string,
): Promise<Record<string, string> | undefined> {
  const { rows } = await db.query<{ parameters: Record<string, string> | null }>(
    SIGNUP_PARAMETERS,
    [userId],
  );
  return rows[0] && (rows[0].parameters ?? {});
}

function openMembership(
  row: Pick<UserProfileRow, 'org_id' | 'org_name' | 'steps'>,
): OrgMembership | undefined {
  if (row.org_id === null) return undefined;
  const span = spansOf(Buffer.from(row.steps, 'hex')).at(-1);
  if (span?.to !== Infinity) return undefined;
  const { role } = span;
  return { display_name: row.org_name, org_id: row.org_id, user_role: role, userRole: role };
}
