import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { UserPage } from '#libs/contracts';
import { ask, createDatabase } from '../../support/database.js';
import { startTestService, type TestService } from '../../support/service.js';
import { added, orgCreated, userCreated } from '../../support/model/fixtures/builders.js';
import { dayBefore } from '../../support/agreement.js';

let service: TestService;

beforeAll(async () => {
  const url = await createDatabase();
  const name = new URL(url).pathname.slice(1);
  await ask(url, 'create schema insights');
  await ask(url, `alter database ${name} set search_path = insights`);
  service = await startTestService({ DATABASE_URL: url }, 'api');
});

afterAll(() => service.close());

test('a store in a schema of its own takes events and follows exclusion rules', async () => {
  const { api } = service;
  await api.put('/api/admin/v1/exclusions', { email_domains: ['corp.test', '*.corp.test'] });
  await api.ingest([
    userCreated('ann', dayBefore(3), { email: 'ann@acme.test', traits: { plan: 'pro' } }),
    userCreated('dev', dayBefore(3), { email: 'dev@eu.corp.test' }),
    orgCreated('acme', dayBefore(3)),
    added('ann', 'acme', dayBefore(2)),
  ]);
  const excluded = async (id: string) =>
    (await api.get<UserPage>(`/api/insights/v1/users/${id}`)).body.excluded;
  expect([await excluded('ann'), await excluded('dev')]).toEqual([false, true]);
  const where = encodeURIComponent('[["domain","is","acme.test"]]');
  const { body } = await api.get<{ metrics: { result: number }[] }>(
    `/api/insights/v1/charts/signups?start_date=${dayBefore(3)}&end_date=${dayBefore(3)}&where=${where}`,
  );
  expect(body.metrics[0]!.result).toBe(1);
  const tables = `select count(*)::int as count from pg_tables where schemaname = 'public'`;
  expect(await ask(service.databaseUrl, tables)).toEqual([{ count: 0 }]);
});
