import type { OrgReportRow, Ranking, UserReportRow } from '#libs/contracts';
import type { DisplayOrg, UserProfile } from '#libs/facts';
import { definitionOf, type Extra } from '../definitions/index.js';
import type { Entry, NumberedEntry } from '../snapshots/packing.js';

/** The row of a user in insightd's own endpoints: the e-mail is null when unknown. */
export type UserRow = Omit<UserReportRow, 'email'> & { email: string | null };

/** The row of a user in the compatible endpoints, whose clients require a string as the e-mail. */
export function compatibleRow(row: UserRow): UserReportRow {
  return { ...row, email: row.email ?? '' };
}

/** The row of a user. */
export function userRow(
  ranking: Ranking,
  reportId: string,
  entry: NumberedEntry,
  profile: UserProfile,
): UserRow {
  const [createdAt, lastActiveAt] = entry.numbers;
  return {
    id: rowId(reportId, entry.key),
    report_id: reportId,
    ...profile.display,
    user_created_at: createdAt,
    last_active_at: lastActiveAt,
    org_data: profile.memberships,
    extra_properties: extraProperties(ranking, entry),
  };
}

/** The row of an org, the same in all endpoints. @param userIds the ids of the users that the row names, by key */
export function orgRow(
  ranking: Ranking,
  reportId: string,
  entry: NumberedEntry,
  profile: DisplayOrg,
  userIds?: ReadonlyMap<number, string>,
): OrgReportRow {
  const [createdAt, members] = entry.numbers;
  return {
    id: rowId(reportId, entry.key),
    report_id: reportId,
    org_id: profile.orgId,
    name: profile.name,
    num_users: members,
    org_created_at: createdAt,
    extra_properties: extraProperties(ranking, entry, userIds),
  };
}

/** The places of the extras of a ranking that are keys of users. */
export function userPlaces(ranking: Ranking): number[] {
  const { extras } = definitionOf(ranking);
  return extras.flatMap(({ kind }, index) => (kind === 'user' ? [index] : []));
}

/** The keys of the users that some entries name in their extras. */
export function usersIn(ranking: Ranking, entries: readonly Entry[]): number[] {
  const places = userPlaces(ranking);
  return entries.flatMap((entry) => places.map((index) => entry.extras[index]!));
}

/** The value of an extra; null for a user whose id is not known any more. */
export function extraValue(
  kind: Extra['kind'],
  stored: number,
  userIds?: ReadonlyMap<number, string>,
): number | string | null {
  if (kind === 'user') return userIds?.get(stored) ?? null;
  // Stored values are signed.
  return kind === 'time' ? stored >>> 0 : stored;
}

function extraProperties(
  ranking: Ranking,
  entry: Entry,
  userIds?: ReadonlyMap<number, string>,
): Record<string, never> {
  const { extras } = definitionOf(ranking);
  const values = extras.map(({ name, kind }, index) => [
    name,
    extraValue(kind, entry.extras[index]!, userIds),
  ]);
  return Object.fromEntries(values) as Record<string, never>;
}

/**
 * The id of a row, always the same for the same row of a snapshot: the report's id with the key as its last digits, as
 * a UUID of version 8 (custom).
 */
function rowId(reportId: string, key: number): string {
  return `${reportId.slice(0, 14)}8${reportId.slice(15, 28)}${key.toString(16).padStart(8, '0')}`;
}
