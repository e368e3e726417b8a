import type { OrgReportRow, Ranking, UserReportRow } from '#libs/contracts';
import type { DisplayOrg, UserProfile } from '#libs/facts';
import { definitionOf } from '../definitions/index.js';
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

/** The row of an org, the same in all endpoints. */
export function orgRow(
  ranking: Ranking,
  reportId: string,
  entry: NumberedEntry,
  profile: DisplayOrg,
): OrgReportRow {
  const [createdAt, members] = entry.numbers;
  return {
    id: rowId(reportId, entry.key),
    report_id: reportId,
    org_id: profile.orgId,
    name: profile.name,
    num_users: members,
    org_created_at: createdAt,
    extra_properties: extraProperties(ranking, entry),
  };
}

function extraProperties(ranking: Ranking, entry: Entry): Record<string, number> {
  const names = definitionOf(ranking).extras;
  return Object.fromEntries(names.map((name, index) => [name, entry.extras[index]!]));
}

/**
 * The id of a row, always the same for the same row of a snapshot: the report's id with the key as its last digits, as
 * a UUID of version 8 (custom).
 */
function rowId(reportId: string, key: number): string {
  return `${reportId.slice(0, 14)}8${reportId.slice(15, 28)}${key.toString(16).padStart(8, '0')}`;
}
