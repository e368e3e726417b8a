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

/** A value of a row; null for a user whose id is not known any more. */
export type ExtraValue = number | string | null | undefined;
export type ExtraProperties = Readonly<Record<string, ExtraValue>>;

/** The keys of the users that some entries name in their extras. */
export function usersIn(ranking: Ranking, entries: readonly Entry[]): number[] {
  const { extras } = definitionOf(ranking);
  const places = extras.flatMap(({ kind }, index) => (kind === 'user' ? [index] : []));
  return entries.flatMap((entry) => places.map((index) => entry.extras[index]!));
}

function extraProperties(
  ranking: Ranking,
  entry: Entry,
  userIds?: ReadonlyMap<number, string>,
): Record<string, never> {
  const valueOf = (kind: Extra['kind'], stored: number): ExtraValue => {
    if (kind === 'user') return userIds?.get(stored) ?? null;
    // Stored values are signed.
    return kind === 'time' ? stored >>> 0 : stored;
  };
  const { extras } = definitionOf(ranking);
  const values = extras.map(({ name, kind }, index) => [name, valueOf(kind, entry.extras[index]!)]);
  return Object.fromEntries(values) as Record<string, never>;
}

/**
 * The id of a row, always the same for the same row of a snapshot: the report's id with the key as its last digits, as
 * a UUID of version 8 (custom).
 */
function rowId(reportId: string, key: number): string {
  return `${reportId.slice(0, 14)}8${reportId.slice(15, 28)}${key.toString(16).padStart(8, '0')}`;
}
