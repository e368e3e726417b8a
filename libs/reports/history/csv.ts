import type { OrgReportRow, Ranking } from '#libs/contracts';
import { definitionOf } from '../definitions/index.js';
import type { UserRow } from '../pages/rows.js';

/** Tells spreadsheets that what follows is UTF-8. */
export const BYTE_ORDER_MARK = '\ufeff';
const LINE_END = '\r\n';

const USER_COLUMNS = ['rank', 'user_id', 'email', 'username', 'first_name', 'last_name', 'orgs'];
const ORG_COLUMNS = ['rank', 'org_id', 'name', 'num_users'];
const USER_TIMES = ['user_created_at_utc', 'last_active_at_utc'];
const ORG_TIMES = ['org_created_at_utc'];

/** The head of a ranking's table, a line. */
export function csvHead(ranking: Ranking): string {
  const { extras } = definitionOf(ranking);
  const columns =
    ranking.subject === 'user'
      ? [...USER_COLUMNS, ...extras, ...USER_TIMES]
      : [...ORG_COLUMNS, ...extras, ...ORG_TIMES];
  return line(columns);
}

/** A row of a ranking as a line of its table. */
export function csvLine(rank: number, row: UserRow | OrgReportRow): string {
  const extras = Object.values(row.extra_properties);
  if ('user_id' in row) {
    const orgs = row.org_data.map((org) => `${org.display_name} (${org.user_role})`).join('; ');
    const names = [row.user_id, row.email, row.username, row.first_name, row.last_name, orgs];
    const times = [row.user_created_at, row.last_active_at].map(dateTime);
    return line([rank, ...names.map(text), ...extras, ...times]);
  }
  const names = [row.org_id, row.name].map(text);
  return line([rank, ...names, row.num_users, ...extras, dateTime(row.org_created_at)]);
}

// A spreadsheet takes a cell that begins so for a formula, some also after spaces or in full width.
const FORMULA = /^(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/;
const SPECIAL = /[",\r\n]/;

/** A text cell by RFC 4180, made harmless by an apostrophe where it would be a formula. Numbers never are. */
function text(value: string | null): string {
  if (value === null) return '';
  const cell = FORMULA.test(value) ? `'${value}` : value;
  return SPECIAL.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** An instant as spreadsheets read it. @param seconds unix seconds */
function dateTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

function line(cells: readonly (string | number)[]): string {
  return cells.join(',') + LINE_END;
}
