import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Api } from '../support/api.js';
import { plantKey } from '../support/keys.js';
import { TEST_KEY, type TestService } from '../support/service.js';
import { ORGS, USERS } from '../support/small-world.js';
import { SEGMENT } from './requests.js';

const where = encodeURIComponent(JSON.stringify(SEGMENT.where));

/** A question to a tool, and the request of the API that it must equal. */
const QUESTIONS: [string, Record<string, unknown>, string][] = [
  ['list_reports', {}, '/api/backend/v1/reports'],
  [
    'get_report',
    { subject: 'user', report: 'champion', interval: '90', change: 'entered', page_size: 2 },
    '/api/insights/v1/reports/user/champion?interval=90&change=entered&page_size=2',
  ],
  [
    'get_report',
    { subject: 'user', report: 'champion', where: SEGMENT.where },
    `/api/insights/v1/reports/user/champion?where=${where}`,
  ],
  [
    'search_users',
    { search: 'ann', sort: 'num_orgs', order: 'asc' },
    '/api/insights/v1/users?search=ann&sort=num_orgs&order=asc',
  ],
  ['search_orgs', { search: 'acme' }, '/api/insights/v1/orgs?search=acme'],
  ['get_user', { userId: USERS.ann }, `/api/insights/v1/users/${encodeURIComponent(USERS.ann)}`],
  ['get_org', { orgId: ORGS.acme }, `/api/insights/v1/orgs/${encodeURIComponent(ORGS.acme)}`],
  [
    'get_chart',
    { metric: 'active_users', cadence: 'Monthly', end_date: '2025-03-31' },
    '/api/insights/v1/charts/active_users?cadence=Monthly&end_date=2025-03-31',
  ],
  [
    'get_chart',
    { metric: 'lifecycle', subject: 'org', cadence: 'Monthly' },
    '/api/insights/v1/charts/lifecycle?subject=org&cadence=Monthly',
  ],
  ['summary', {}, '/api/insights/v1/summary'],
  ['definitions', {}, '/api/insights/v1/definitions'],
];

/** Questions that have no answer, and a part of the sentence that says why. */
const WRONG: [string, Record<string, unknown>, string][] = [
  ['forecast', {}, 'The tools are list_reports,'],
  ['get_user', {}, 'The argument userId is missing.'],
  ['get_user', { userId: '..' }, 'cannot be ..'],
  ['get_user', { userId: USERS.ann, verbose: true }, 'Unknown argument verbose.'],
  ['get_user', { userId: '\ud800' }, 'The argument userId must be well-formed Unicode.'],
  ['search_users', { search: 'ann\udfff' }, 'The argument search must be well-formed Unicode.'],
  ['get_chart', { metric: 'signups', last: 3 }, 'are metric, cadence, start_date,'],
  ['get_user', { userId: 'unknown' }, '"status":404'],
  ['get_chart', { metric: 'revenue' }, 'must be one of signups,'],
  ['get_report', { subject: 'user', report: 'champion', interval: '5' }, '"status":400'],
  ['search_orgs', { where: [['trait.nope', 'set']] }, '"status":400'],
];

export function mcpCases(service: () => TestService): void {
  describe('the Model Context Protocol', () => {
    let client: Client;
    const connect = async (key: string) => {
      const made = new Client({ name: 'test', version: '1' });
      const address = new URL('/mcp', service().origin);
      const requestInit = { headers: { Authorization: `Bearer ${key}` } };
      const transport = new StreamableHTTPClientTransport(address, { requestInit });
      await made.connect(transport);
      return made;
    };
    beforeAll(async () => {
      client = await connect(TEST_KEY);
    });
    afterAll(() => client.close());

    test('describes its tools with a schema of their arguments', async () => {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual([...new Set(QUESTIONS.map(([name]) => name))]);
      const report = tools.find(({ name }) => name === 'get_report')!.inputSchema;
      expect(report.required).toEqual(['subject', 'report']);
      expect(report.properties).toMatchObject({
        subject: { enum: ['user', 'org'] },
        where: { type: 'array' },
        page_size: { default: 10 },
      });
      expect(client.getInstructions()).toContain('unix seconds');
    });

    test.each(QUESTIONS)('%s %j equals the reply of the API', async (name, given, address) => {
      const answer = await client.callTool({ name, arguments: given });
      const { body, status } = await service().api.get(address);
      expect(status).toBe(200);
      expect(answer.isError).toBeUndefined();
      expect(answer.structuredContent).toEqual(body);
      expect(JSON.parse((answer.content as [{ text: string }])[0].text)).toEqual(body);
    });

    test.each(WRONG)('%s %j is an error that says what to do', async (name, given, part) => {
      const answer = await client.callTool({ name, arguments: given });
      expect(answer.isError).toBe(true);
      expect((answer.content as [{ text: string }])[0].text).toContain(part);
    });

    test('admits keys of the scope read alone', async () => {
      const ingests = await plantKey(service().databaseUrl, 'sender', 'ingest');
      await expect(connect(ingests)).rejects.toThrow('403');
      const { status } = await new Api(service().origin, '').post('/mcp', {});
      expect(status).toBe(401);
    });

    const send = (init: RequestInit): Promise<Response> =>
      fetch(new URL('/mcp', service().origin), {
        method: 'POST',
        ...init,
        headers: {
          Authorization: `Bearer ${TEST_KEY}`,
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
          ...init.headers,
        },
      });
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });

    test('refuses pages of other sites, what is no message, and streams', async () => {
      expect((await send({ body: ping })).status).toBe(200);
      const other = await send({ body: ping, headers: { Origin: 'https://other.example' } });
      expect(other.status).toBe(403);
      for (const body of ['', '{', '{"jsonrpc":"2.0"}', '"x"', '1', '[]', `[${ping}]`])
        expect([body, (await send({ body })).status]).toEqual([body, 400]);
      expect((await send({ body: `"${'x'.repeat(70_000)}"` })).status).toBe(413);
      for (const method of ['GET', 'DELETE']) {
        const { status, headers } = await send({ method });
        expect([method, status, headers.get('allow')]).toEqual([method, 405, 'POST']);
      }
    });

    test('answers a request and its cancellation in one message or two', async () => {
      const call = { name: 'summary', arguments: {} };
      const question = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: call };
      const method = 'notifications/cancelled';
      const cancel = { jsonrpc: '2.0', method, params: { requestId: 7 } };
      const both = await send({ body: JSON.stringify([question, cancel]) });
      expect([both.status, await both.text()]).toEqual([
        400,
        expect.stringContaining('Send one message per request.'),
      ]);
      const [asked, cancelled] = await Promise.all([
        send({ body: JSON.stringify(question) }),
        send({ body: JSON.stringify(cancel) }),
      ]);
      expect([asked.status, cancelled.status]).toEqual([200, 202]);
    });
  });
}
