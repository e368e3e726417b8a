import { PROFILE_FIELDS, type Ranking } from '#libs/contracts';
import { csvCells, csvText, csvTime } from '#libs/platform';
import { definitionOf, type Extra } from '../definitions/index.js';
import type { RankedRow } from './changes.service.js';
import type { ExtraProperties, ExtraValue } from './rows.js';

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
