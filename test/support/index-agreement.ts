import { expect } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { Api } from './api.js';
import type { Model, Subject, Where } from './model/model.js';

/** The parameters of a request for the index. */
export interface IndexQuery {
  sort?: string;
  order?: 'asc' | 'desc';
  search?: string;
  where?: Where;
  runId?: string;
}

interface IndexPage {
  rows: (Record<string, unknown> & { values: Record<string, unknown> })[];
  current_page: number;
  total_count: number;
  page_size: number;
  has_more_results: boolean;
  report_time: number;
}

function queryOf({ sort, order, search, where, runId }: IndexQuery): URLSearchParams {
  return new URLSearchParams({
    ...(sort !== undefined && { sort }),
    ...(order !== undefined && { order }),
    ...(search !== undefined && { search }),
    ...(where !== undefined && { where: JSON.stringify(where) }),
    ...(runId !== undefined && { run_id: runId }),
  });
}

/** The whole index of users or orgs, page after page. */
export async function readIndex(
  api: Api,
  subject: Subject,
  query: IndexQuery = {},
  pageSize = 100,
): Promise<IndexPage> {
  const rows: IndexPage['rows'] = [];
  for (let page = 0; ; page++) {
    const parameters = queryOf(query);
    parameters.set('page_size', String(pageSize));
    parameters.set('page_number', String(page));
    const path = `/api/insights/v1/${subject}s?${parameters.toString()}`;
    const { status, body } = await api.get<IndexPage>(path);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    expect([body.current_page, body.page_size]).toEqual([page, pageSize]);
    rows.push(...body.rows);
    if (!body.has_more_results) return { ...body, rows };
    expect(body.rows).toHaveLength(pageSize);
  }
}

/** The ids of the index as CSV, in order. */
export async function idsInCsv(api: Api, subject: Subject, query: IndexQuery): Promise<string[]> {
  const { status, body } = await api.get<string>(
    `/api/insights/v1/${subject}s/csv?${queryOf(query).toString()}`,
  );
  expect(status).toBe(200);
  const rows: Record<string, string>[] = parse(body, { columns: true, bom: true });
  return rows.map((row) => row[`${subject}_id`]!);
}

/** Expects the index as of a run, its values, order and profiles to equal the model. */
export async function expectTheModelsIndex(
  api: Api,
  model: Model,
  subject: Subject,
  query: IndexQuery,
  pageSize?: number,
): Promise<void> {
  const found = await readIndex(api, subject, query, pageSize);
  const { sort, order, search, where } = query;
  const at = found.report_time;
  const inSegment = where ? model.lists(subject, where, at) : () => true;
  const whole = model.index(subject, at, {
    ...(sort !== undefined && { sort }),
    ...(order && { order }),
  });
  const expected = whole.rows
    .filter(({ id }) => search === undefined || model.finds(subject, id, search))
    .filter(({ id }) => inSegment(id));
  const rows = found.rows.map(({ values, ...row }) => {
    const profile = Object.keys(model.profile(subject, String(row[`${subject}_id`])));
    return [Object.fromEntries(profile.map((field) => [field, row[field]])), values];
  });
  expect([subject, query, rows]).toEqual([
    ...[subject, query],
    expected.map(({ id, values }) => [model.profile(subject, id), values]),
  ]);
  const isWhole = search === undefined && where === undefined;
  const total = isWhole ? whole.total_count : expected.length;
  expect([subject, query, found.total_count]).toEqual([subject, query, total]);
}
