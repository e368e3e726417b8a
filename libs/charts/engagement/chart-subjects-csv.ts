import { PROFILE_FIELDS, type ChartOrg, type ChartUser, type Subject } from '#libs/contracts';
import { csvCells, csvText, csvTime } from '#libs/platform';

const HEADS: Record<Subject, readonly string[]> = {
  user: ['user_id', ...PROFILE_FIELDS, 'user_created_at_utc'],
  org: ['org_id', 'name', 'org_created_at_utc'],
};

/** The header line. */
export function csvHead(subject: Subject): string {
  return csvCells(HEADS[subject]);
}

/** The lines of some rows. */
export function csvLines(rows: readonly (ChartUser | ChartOrg)[]): string {
  return rows
    .map((row) => {
      const texts =
        'user_id' in row
          ? [row.user_id, ...PROFILE_FIELDS.map((field) => row[field])]
          : [row.org_id, row.name];
      return csvCells([...texts.map(csvText), csvTime(row.created_at)]);
    })
    .join('');
}
