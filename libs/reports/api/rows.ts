import type { OrgReportRow, Ranking, UserReportRow } from '#libs/contracts';
import type { DisplayOrg, UserProfile } from '#libs/facts';
import { definitionOf } from '../definitions/index.js';
import type { Entry, NumberedEntry } from '../snapshots/packing.js';

/** The row of a user as our own endpoints show it: the e-mail is null when none is known. */
export type UserRow = Omit<UserReportRow, 'email'> & { email: string | null };

/** A row on the compatible wire, whose clients decode the e-mail as a string. */
export function compatibleRow(row: UserRow): UserReportRow {
  return { ...row, email: row.email ?? '' };
}

/** The row of a user of a snapshot. */
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

/** The row of an org as every endpoint shows it. */
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
 * The same row of the same snapshot always has the same id: the report's, its last digits the key's, as a UUID
 * (version 8: made by our own rule).
 */
function rowId(reportId: string, key: number): string {
  return `${reportId.slice(0, 14)}8${reportId.slice(15, 28)}${key.toString(16).padStart(8, '0')}`;
}
