import { expect } from '@jest/globals';
import { readCharts, withoutOwnIds, type Charts } from './agreement.js';
import type { Api, Reply, Subject } from './api.js';
import { RANKINGS } from './model/model.js';
import { wholeIndex } from './subject-index.js';

const SUBJECTS: Subject[] = ['user', 'org'];

/** Two services whose stores must have equal facts. */
export type Two = readonly [Api, Api];

/** Expects an answer of both. */
async function expectBoth<T>(apis: Two, what: string, answer: (api: Api) => Promise<T>) {
  const [one, other] = await Promise.all(apis.map(answer));
  expect([what, other]).toEqual([what, one]);
}

/** Expects equal rankings and indexes in a run as of each of these days, or of now. */
export async function expectEqualRuns(
  apis: Two,
  days: readonly (string | undefined)[],
): Promise<void> {
  for (const day of days) {
    const runs = await Promise.all(apis.map((api) => api.run(day)));
    const runOf = new Map(apis.map((api, index) => [api, runs[index]!.run_id]));
    for (const [subject, report, interval] of RANKINGS) {
      await expectBoth(apis, `${subject}/${report}/${interval} as of ${day}`, async (api) => {
        const { rows, total_count } = await api.ranking(subject, report, interval, {
          runId: runOf.get(api)!,
        });
        return { total_count, rows: rows.map(withoutOwnIds) };
      });
    }
    for (const subject of SUBJECTS) await expectEqualIndexes(apis, subject, runOf);
  }
}

/** @param query such as `segment=<id>` */
export async function expectEqualIndexes(
  apis: Two,
  subject: Subject,
  runOf: ReadonlyMap<Api, string> = new Map(),
  query = '',
): Promise<void> {
  await expectBoth(apis, `index of ${subject}s ${query}`, async (api) => {
    const runId = runOf.get(api);
    const { rows, total_count } = await wholeIndex(api, subject, {
      query,
      ...(runId !== undefined && { runId }),
    });
    return { rows, total_count };
  });
}

export async function expectEqualCharts(apis: Two): Promise<void> {
  await expectBoth<Charts>(apis, 'charts', (api) => readCharts(api));
  const paths = SUBJECTS.flatMap((subject) => [
    `frequency?subject=${subject}`,
    `retention?subject=${subject}&cadence=Monthly`,
    `lifecycle?subject=${subject}&cadence=Weekly`,
  ]);
  for (const path of paths) {
    await expectBoth(
      apis,
      path,
      async (api) => (await api.get(`/api/insights/v1/charts/${path}`)).body,
    );
  }
}

/** Expects equal pages of users and orgs, known or not. */
export async function expectEqualPages(
  apis: Two,
  ids: Record<Subject, readonly string[]>,
): Promise<void> {
  for (const subject of SUBJECTS) {
    for (const id of ids[subject]) {
      await expectBoth(apis, `page of ${subject} ${id}`, async (api) => {
        const path = `/api/insights/v1/${subject}s/${encodeURIComponent(id)}`;
        return withoutRun(await api.get<Record<string, unknown>>(path));
      });
    }
  }
}

function withoutRun({ status, body }: Reply<Record<string, unknown>>) {
  const { run: _run, instance: _instance, ...rest } = body;
  return { status, body: rest };
}
