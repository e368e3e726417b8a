import { type OrgReportRow, type Ranking, type UserReportRow } from '#libs/contracts';
import { COMPARED_RANKINGS } from '../compared.js';
import { definitionOf } from '../../libs/reports/definitions/index.js';
import type { DuckDb } from '../anchors/duckdb.js';
import { tableOf } from '../anchors/passes.js';
import type { Service } from '../processes.js';
import { ReferenceData } from '../reference/reference-data.js';
import { askJson } from '../requests.js';
import type { Bench } from '../stage.js';

const PAGE_SIZE = 10;

interface Page {
  user_reports?: UserReportRow[];
  org_reports?: OrgReportRow[];
  total_count: number;
}

/**
 * Compares the first, the middle and the last page of each ranking, as the API returns them, with DuckDB. Pages contain
 * data that packed entries do not: ids, last_active_at and num_users.
 * @throws Error that names the page on which the two disagree
 */
export async function comparePages(
  { users }: Bench,
  api: Service,
  runId: string,
  duckDb: DuckDb,
): Promise<void> {
  const data = new ReferenceData(users);
  for (const ranking of COMPARED_RANKINGS) {
    const [[total]] = (await duckDb.columns(
      `select count(*)::integer from ${tableOf(ranking)}`,
    )) as [[number]];
    const last = Math.max(0, Math.ceil(total / PAGE_SIZE) - 1);
    for (const page of new Set([0, last >> 1, last])) {
      const ours = await pageOfApi(api, runId, ranking, page);
      const theirs = await pageOfDuckDb(duckDb, ranking, page, data);
      if (ours === theirs) continue;
      const name = `${ranking.subject}/${ranking.report}/${ranking.interval}`;
      throw new Error(`${name}, page ${page}: insightd shows\n${ours}\nDuckDB\n${theirs}`);
    }
  }
}

/** One line per row: id, the frozen number of the subject, the additional numbers in order. */
async function pageOfApi(
  api: Service,
  runId: string,
  { subject, report, interval }: Ranking,
  page: number,
): Promise<string> {
  const query = `report_interval=${interval}&page_size=${PAGE_SIZE}&page_number=${page}&run_id=${runId}`;
  const path = `/api/backend/v1/${subject}_report/${report}?${query}`;
  const { user_reports: users = [], org_reports: orgs = [] } = await askJson<Page>(api, path);
  const rows = [
    ...users.map((row): Shown => [row.user_id, row.last_active_at, row.extra_properties]),
    ...orgs.map((row): Shown => [row.org_id, row.num_users, row.extra_properties]),
  ];
  const names = definitionOf({ subject, report }).extras.map(({ name }) => name);
  return rows
    .map(([id, number, extras]) => [id, number, ...names.map((name) => extras[name])].join(' '))
    .join('\n');
}

/** The compared parts of a row: id, the number that every row has, the numbers of the report. */
type Shown = [string, number, Record<string, number | string | null | undefined>];

async function pageOfDuckDb(
  duckDb: DuckDb,
  ranking: Ranking,
  page: number,
  data: ReferenceData,
): Promise<string> {
  const [number, facts] =
    ranking.subject === 'user' ? ['last_active_at', 'users'] : ['members', 'org_facts'];
  const first = page * PAGE_SIZE;
  const columns = await duckDb.columns(`
    select listed.* exclude (key), listed.key, ${number}
    from (
      select *, rowid as place from ${tableOf(ranking)}
      where rowid >= ${first} and rowid < ${first + PAGE_SIZE}
    ) listed join ${facts} using (key) order by place`);
  const [keys, numbers] = columns.splice(-2) as [number[], unknown[]];
  const extras = columns.slice(0, -1);
  return keys
    .map((key, row) => {
      const id = ranking.subject === 'user' ? data.user(key).id : data.org(key).id;
      return [id, numbers[row], ...extras.map((column) => column[row])].join(' ');
    })
    .join('\n');
}
