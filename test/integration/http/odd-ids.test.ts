import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signupParameters } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import { added, orgCreated, userCreated } from '../../support/model/fixtures/builders.js';
import { compareBytes } from '../../support/model/time.js';

const IDS = [
  '31c41c16-c281-44ae-9602-8a047e3bf33d',
  '31C41C16-C281-44AE-9602-8A047E3BF33D',
  'a/b',
  'a%2Fb',
  '100%',
  '/',
  '//a//',
  'x y',
  ' edge ',
  'a+b',
  '?page_size=0',
  '#top',
  'a;b=c&d',
  '"quoted"',
  '\\back\\slash',
  "it's; --",
  '{"a":1}',
  'line\nbreak\ttab',
  '\u00fcmlaut',
  'u\u0308mlaut',
  '\u{1F600}',
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  '\ufeffmarked',
  'null',
  '0',
  'signup_query_parameters',
  'x'.repeat(255),
  '\u{1F600}'.repeat(255),
];

let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
  const day = '2024-06-01';
  await service.api.ingest(
    IDS.flatMap((id) => [
      userCreated(id, day, { email: 'e@example.com', signup_query_parameters: { whose: id } }),
      orgCreated(id, day, { name: id }),
      added(id, id, day, id),
    ]),
  );
  await service.api.run('2025-03-31');
});
afterAll(() => service.close());

test.each(IDS.map((id) => [id]))('%j is found by the path of signup parameters', async (id) => {
  const { status, body } = await signupParameters(service.api, id);
  expect([status, body]).toEqual([200, { user_signup_query_parameters: { whose: id } }]);
});

test('user ids are returned exactly as sent, ordered as bytes', async () => {
  const { rows } = await service.api.ranking('user', 'churn', '30', { pageSize: 7 });
  const expected = IDS.toSorted(compareBytes).map((id) => ({
    user_id: id,
    org_data: [{ org_id: id, display_name: id, user_role: id }],
  }));
  expect(rows).toMatchObject(expected);
  expect(rows).toHaveLength(IDS.length);
});

test('org ids and names are returned exactly as sent, ordered as bytes', async () => {
  const { rows } = await service.api.ranking('org', 'churn', '30', { pageSize: 7 });
  const expected = IDS.toSorted(compareBytes).map((id) => ({ org_id: id, name: id, num_users: 1 }));
  expect(rows).toMatchObject(expected);
  expect(rows).toHaveLength(IDS.length);
});

interface Described {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
}

test('a NUL, which PostgreSQL cannot store, in any path or query never fails the service', async () => {
  const { body } = await service.api.get<Described>('/openapi.json');
  const failed: string[] = [];
  for (const [path, methods] of Object.entries(body.paths)) {
    for (const [method, { parameters = [] }] of Object.entries(methods)) {
      const query = parameters
        .filter((one) => one.in === 'query')
        .map(({ name }) => `${name}=a%00`);
      for (const one of ['', ...query]) {
        const target = `${path.replaceAll(/\{\w+\}/g, 'a%00')}?${one}`;
        const { status } = await service.api.send(method.toUpperCase(), target);
        if (status >= 500) failed.push(`${status} ${method} ${target}`);
      }
    }
  }
  expect(Object.keys(body.paths).length).toBeGreaterThan(20);
  expect(failed).toEqual([]);
});
