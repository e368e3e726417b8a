import type { Api, Subject } from './api.js';

interface IndexRow {
  user_id?: string;
  org_id?: string;
  name?: string;
  email?: string | null;
  values: Record<string, number | string | null>;
}

export interface IndexReply {
  rows: IndexRow[];
  current_page: number;
  total_count: number;
  page_size: number;
  has_more_results: boolean;
  report_time: number;
}

export interface WholeIndex {
  total_count: number;
  report_time: number;
  rows: (IndexRow & { id: string })[];
}

/** A page of an index. @param query such as `sort=num_users&order=asc` */
export function indexPage(api: Api, subject: Subject, query: string) {
  return api.get<IndexReply>(`/api/insights/v1/${subject}s?${query}`);
}

/** All rows of an index, page after page. */
export async function wholeIndex(
  api: Api,
  subject: Subject,
  { runId, query = '', pageSize = 100 }: { runId?: string; query?: string; pageSize?: number } = {},
): Promise<WholeIndex> {
  const rows: WholeIndex['rows'] = [];
  for (let pageNumber = 0; ; pageNumber++) {
    const pin = runId === undefined ? '' : `&run_id=${runId}`;
    const page = `page_size=${pageSize}&page_number=${pageNumber}${pin}&${query}`;
    const { status, body } = await indexPage(api, subject, page);
    if (status !== 200) throw new Error(`the index of ${subject}s: ${JSON.stringify(body)}`);
    rows.push(...body.rows.map((row) => ({ ...row, id: (row.user_id ?? row.org_id)! })));
    const { total_count, report_time, has_more_results } = body;
    if (!has_more_results) return { total_count, report_time, rows };
  }
}
