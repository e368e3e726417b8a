import { PROFILE_FIELDS, type Ranking } from '#libs/contracts';
import { definitionOf, type Extra } from '../definitions/index.js';
import type { RankedRow } from './changes.service.js';
import type { ExtraProperties, ExtraValue } from './rows.js';

/** Marks the file as UTF-8 for spreadsheets. */
export const BYTE_ORDER_MARK = '\ufeff';
const LINE_END = '\r\n';

const USER_COLUMNS = ['user_id', ...PROFILE_FIELDS, 'orgs'];
const ORG_COLUMNS = ['org_id', 'name', 'num_users'];
const USER_TIMES = ['user_created_at_utc', 'last_active_at_utc'];
const ORG_TIMES = ['org_created_at_utc'];

/** The header line of a ranking's table. @param compares adds the columns of changes */
export function csvHead(ranking: Ranking, compares: boolean): string {
  const extras = definitionOf(ranking).extras.map(({ name, kind }) =>
    kind === 'time' ? `${name}_utc` : name,
  );
  const changes = compares ? ['previous_rank', 'change'] : [];
  const columns =
    ranking.subject === 'user'
      ? [...USER_COLUMNS, ...extras, ...USER_TIMES]
      : [...ORG_COLUMNS, ...extras, ...ORG_TIMES];
  return csvCells(['rank', ...changes, ...columns]);
}

/** The line of a row. @param compares adds the columns of changes */
export function csvLine(ranking: Ranking, row: RankedRow, compares: boolean): string {
  const changes = compares ? [row.previous_rank ?? '', row.change ?? ''] : [];
  const rank = [row.rank ?? '', ...changes];
  const values: ExtraProperties = row.extra_properties;
  const extras = definitionOf(ranking).extras.map(({ name, kind }) =>
    extraCell(kind, values[name]),
  );
  if ('user_id' in row) {
    const orgs = row.org_data.map((org) => `${org.display_name} (${org.user_role})`).join('; ');
    const names = [row.user_id, ...PROFILE_FIELDS.map((field) => row[field]), orgs];
    const times = [row.user_created_at, row.last_active_at].map(csvTime);
    return csvCells([...rank, ...names.map(csvText), ...extras, ...times]);
  }
  const names = [row.org_id, row.name].map(csvText);
  return csvCells([...rank, ...names, row.num_users, ...extras, csvTime(row.org_created_at)]);
}

function extraCell(kind: Extra['kind'], value: ExtraValue): string | number {
  if (typeof value !== 'number') return csvText(value ?? null);
  return kind === 'time' ? csvTime(value) : value;
}

// Spreadsheets read cells with these beginnings as formulas, some also after spaces or in full width.
const FORMULA = /^(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/;
const SPECIAL = /[",\r\n]/;

/** A text cell (RFC 4180). Gets an apostrophe when a spreadsheet would read it as a formula. Numbers never are. */
export function csvText(value: string | null): string {
  if (value === null) return '';
  const cell = FORMULA.test(value) ? `'${value}` : value;
  return SPECIAL.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** An instant in a form that spreadsheets read. @param seconds unix seconds */
export function csvTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

export function csvCells(cells: readonly (string | number)[]): string {
  return cells.join(',') + LINE_END;
}
