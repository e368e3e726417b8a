import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '../../support/database.js';
import { orgCreated, userCreated } from '../../support/model/fixtures/builders.js';
import { runInsightd } from '../../support/processes.js';
import { startTestService, testSettings, type TestService } from '../../support/service.js';
import { wholeIndex } from '../../support/subject-index.js';

const USERS = [
  userCreated('u-1', '2025-01-01', { first_name: 'Ärja', last_name: 'Öztürk', email: null }),
  userCreated('u-2', '2025-01-02', {
    first_name: 'Ivan',
    last_name: 'ПЕТРОВ',
    email: 'i@X.example',
  }),
  userCreated('u-3', '2025-01-03', { username: '100%_sure', email: 'under_score@x.example' }),
  userCreated('u-4', '2025-01-04', { username: '100 sure', email: 'underXscore@x.example' }),
  userCreated('U-5\\back', '2025-01-05', { first_name: 'Ann', last_name: 'Lee' }),
  userCreated('u-6', '2025-01-06', { first_name: 'Annl', last_name: 'ee', username: 'a\u0001b' }),
];
const ORGS = [
  orgCreated('org-1', '2025-01-01', { name: 'Größe & Co' }),
  orgCreated('org-2', '2025-01-02', { name: '50% off_' }),
  orgCreated('org-3', '2025-01-03', { name: `It's $1\\'; select 1 --` }),
];

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ MCP_PERSONAL_DATA: 'false' });
  await service.api.ingest([...USERS, ...ORGS]);
  await service.api.run('2025-01-31');
});
afterAll(() => service.close());

async function found(subject: 'user' | 'org', text: string): Promise<string[]> {
  const query = `sort=created_at&order=asc&search=${encodeURIComponent(text)}`;
  const { rows, total_count } = await wholeIndex(service.api, subject, { query });
  expect(total_count).toBe(rows.length);
  return rows.map(({ id }) => id);
}

const USER_CASES: [text: string, ids: string[]][] = [
  ['äRJ', ['u-1']],
  ['öZTÜ', ['u-1']],
  ['петров', ['u-2']],
  ['Петр', ['u-2']],
  ['@x.EXAMPLE', ['u-2', 'u-3', 'u-4']],
  ['%', ['u-3']],
  ['0%_S', ['u-3']],
  ['r_s', ['u-3']],
  ['\\', ['U-5\\back']],
  ['u-5\\B', ['U-5\\back']],
  ['u-', ['u-1', 'u-2', 'u-3', 'u-4', 'U-5\\back', 'u-6']],
  // Each field by itself.
  ['ann lee', []],
  ['annl', ['u-6']],
  ['lee', ['U-5\\back']],
  ['annlee', []],
  ['a\u0001b', ['u-6']],
  ['ann\u0001lee', []],
  ['\u{1F600}', []],
  [' ', ['u-4']],
];
const ORG_CASES: [text: string, ids: string[]][] = [
  ['GRÖSSE', []],
  ['größe', ['org-1']],
  ['GRÖ', ['org-1']],
  ['0% OFF_', ['org-2']],
  ['ORG-', ['org-1', 'org-2', 'org-3']],
  [`'`, ['org-3']],
  [`\\'; SELECT`, ['org-3']],
  ['$1', ['org-3']],
  [`' or true --`, []],
  [' & ', ['org-1']],
];

function searches() {
  test.each(USER_CASES)('of users for %j', async (text, ids) => {
    expect(await found('user', text)).toEqual(ids);
  });
  test.each(ORG_CASES)('of orgs for %j', async (text, ids) => {
    expect(await found('org', text)).toEqual(ids);
  });
}

async function mode(): Promise<string> {
  const { body } = await service.api.get<{ search: string }>('/api/insights/v1/summary');
  return body.search;
}

describe('with the extension, a search', () => {
  test('uses indexes', async () => {
    expect(await mode()).toBe('indexed');
  });
  searches();
});

describe('without the extension, a search', () => {
  beforeAll(() => ask(service.databaseUrl, 'drop extension pg_trgm cascade'));
  test('reads all rows, and the summary says so', async () => {
    expect(await mode()).toBe('scan');
  });
  searches();
});

describe('when the extension is installed later, `insightd migrate`', () => {
  const migrate = () => runInsightd(['migrate'], testSettings(service.databaseUrl));

  test('creates the indexes', async () => {
    expect(await migrate()).toMatchObject({ code: 0 });
    expect(await mode()).toBe('scan');
    await ask(service.databaseUrl, 'create schema other');
    await ask(service.databaseUrl, 'create extension pg_trgm schema other');
    expect(await migrate()).toMatchObject({ code: 0 });
    expect(await mode()).toBe('indexed');
    expect(await found('user', 'петров')).toEqual(['u-2']);
  });

  test('creates an index again that was not completed', async () => {
    const invalidate = `
      update pg_index set indisvalid = false where indexrelid = 'user_ids_search'::regclass`;
    await ask(service.databaseUrl, invalidate);
    expect(await mode()).toBe('scan');
    expect(await migrate()).toMatchObject({ code: 0 });
    expect(await mode()).toBe('indexed');
  });
});

test('an agent finds people without their names and addresses when the setting says so', async () => {
  const params = { name: 'search_users', arguments: { search: 'öztürk' } };
  const { body } = await service.api.post<{
    result: { structuredContent: Record<string, unknown> };
  }>(
    '/mcp',
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
    { Accept: 'application/json, text/event-stream' },
  );
  expect(body.result.structuredContent).toMatchObject({ total_count: 1 });
  const [row] = body.result.structuredContent['rows'] as Record<string, unknown>[];
  expect(Object.keys(row!).sort()).toEqual(['org_data', 'user_id', 'values']);
  expect(JSON.stringify(body).toLowerCase()).not.toContain('öztürk');
});
