import { expect } from '@jest/globals';
import { expectTheModelsReports, modelCharts, readCharts } from './agreement.js';
import type { Api } from './api.js';
import { Model, type ExclusionRules, type Subject, type WireEvent } from './model/model.js';
import {
  expectTheModelsMembers,
  expectTheModelsOrgPage,
  expectTheModelsSummary,
  expectTheModelsUserPage,
} from './page-agreement.js';

/** The reply of `/api/admin/v1/exclusions`. */
export interface Exclusions extends ExclusionRules {
  version: number;
  excluded: { users: number; orgs: number };
}

const PATH = '/api/admin/v1/exclusions';

/** Sets the rules. @throws Error when the service does not accept them */
export async function exclude(api: Api, rules: ExclusionRules): Promise<Exclusions> {
  const { status, body } = await api.put<Exclusions>(PATH, rules);
  if (status !== 200) throw new Error(`no rules: ${status} ${JSON.stringify(body)}`);
  return body;
}

export async function exclusionsNow(api: Api): Promise<Exclusions> {
  return (await api.get<Exclusions>(PATH)).body;
}

/** Rules for the ids of a renamed history; domains stay. */
export function renamedRules(rules: ExclusionRules, prefix: string): ExclusionRules {
  const own = (ids: readonly string[]) => ids.map((id) => prefix + id);
  return { ...rules, user_ids: own(rules.user_ids), org_ids: own(rules.org_ids) };
}

/** Ids of users and orgs, known or not. */
export interface SubjectIds {
  users: readonly string[];
  orgs: readonly string[];
}

/**
 * Expects every answer of the store under the rules to equal those of a store that was never sent the events of
 * excluded users and orgs; pages only of the given ids.
 */
export async function expectTheAnswersWithout(
  api: Api,
  known: readonly WireEvent[],
  rules: ExclusionRules,
  { ids: { users, orgs }, days }: { ids: SubjectIds; days: readonly (string | undefined)[] },
): Promise<void> {
  const all = new Model(known);
  const model = all.without(rules);
  expect((await exclusionsNow(api)).excluded).toEqual(all.excluded(rules));
  expect(await readCharts(api)).toEqual(modelCharts(model));
  await expectTheModelsSummary(api, model);
  await expectTheModelsReports(api, model, days);
  for (const id of users) {
    if (all.isExcluded(rules, 'user', id)) await expectExcluded(api, all, 'user', id);
    else await expectTheModelsUserPage(api, model, id);
  }
  for (const id of orgs) {
    if (all.isExcluded(rules, 'org', id)) {
      await expectExcluded(api, all, 'org', id);
    } else {
      await expectTheModelsOrgPage(api, model, id);
      await expectTheModelsMembers(api, model, id);
    }
  }
}

/** "it still answers, marked `excluded: true`"; a deleted or unknown one is 404 as ever. */
async function expectExcluded(api: Api, all: Model, subject: Subject, id: string): Promise<void> {
  const path = `/api/insights/v1/${subject}s/${encodeURIComponent(id)}`;
  const { status, body } = await api.get<{ excluded?: boolean }>(path);
  const exists = subject === 'user' ? all.user(id).exists : all.org(id).exists;
  expect([id, status]).toEqual([id, exists ? 200 : 404]);
  if (exists) expect([id, body.excluded]).toEqual([id, true]);
}

/** A row without the excluded orgs in its `org_data`. */
export function withoutOrgs(
  row: Record<string, unknown>,
  orgIds: readonly string[],
): Record<string, unknown> {
  const orgs = row['org_data'] as { org_id: string }[] | undefined;
  return orgs ? { ...row, org_data: orgs.filter(({ org_id }) => !orgIds.includes(org_id)) } : row;
}
