import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReportChanges } from '#libs/contracts';
import { aHistory, dayBefore } from '../../support/agreement.js';
import type { RunState } from '../../support/api.js';
import { changesOf } from '../../support/model/changes.js';
import { Model, RANKINGS } from '../../support/model/model.js';
import { ORGS, USERS } from '../../support/model/pools.js';
import {
  expectTheModelsMembers,
  expectTheModelsOrgPage,
  expectTheModelsSummary,
  expectTheModelsUserPage,
} from '../../support/page-agreement.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

const history = aHistory(400);
const model = new Model(history);
let service: SharedService;
let runs: RunState[];

beforeAll(async () => {
  service = await useSharedService();
  await service.api.ingest(history);
  runs = [await service.api.run(dayBefore(8)), await service.api.run(dayBefore(1))];
});
afterAll(() => service.close());

const read = <T>(path: string) => service.api.get<T>(`/api/insights/v1/${path}`);

test('the history has users and orgs with data', () => {
  expect(ORGS.filter((id) => model.org(id).exists).length).toBeGreaterThan(1);
  expect(USERS.filter((id) => model.user(id).exists).length).toBeGreaterThan(3);
});

test.each(ORGS)('the page of the org %j equals the model', (id) =>
  expectTheModelsOrgPage(service.api, model, id),
);

test.each(ORGS)('the members of the org %j equal the model', (id) =>
  expectTheModelsMembers(service.api, model, id),
);

test.each(USERS)('the page of the user %j equals the model', (id) =>
  expectTheModelsUserPage(service.api, model, id),
);

test('the overview equals the model', async () => {
  await service.chartsAreFresh();
  await expectTheModelsSummary(service.api, model);
});

test.each(RANKINGS)('the changes in %s %s %s equal the model', async (...which) => {
  const [subject, report, interval] = which;
  const [before, after] = runs.map((run) => model.ids(...which, run.report_time)) as [Ids, Ids];
  const changes = changesOf(before.listed, after.listed);
  const rankIn = ({ listed }: Ids, id: string) => listed.indexOf(id) + 1 || null;
  const row = (id: string) => [id, rankIn(after, id), rankIn(before, id)];
  const path = `reports/${subject}/${report}?interval=${interval}&page_size=100`;
  const all = (await read<ReportChanges>(path)).body;
  const left = (await read<ReportChanges>(`${path}&change=left`)).body;
  const listed = ({ rows }: ReportChanges) =>
    rows.map((one) => ['user_id' in one ? one.user_id : one.org_id, one.rank, one.previous_rank]);
  expect(listed(all)).toEqual(after.listed.filter((id) => after.shown.has(id)).map(row));
  expect(listed(left)).toEqual(changes.left.filter((id) => before.shown.has(id)).map(row));
  expect([all.total_count, all.counts]).toEqual([
    after.listed.length,
    {
      entered: changes.entered.length,
      moved: changes.moved.length,
      left: changes.left.length,
    },
  ]);
});

type Ids = ReturnType<Model['ids']>;
