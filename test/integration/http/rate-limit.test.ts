import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api, type Reply, waitFor } from '../../support/api.js';
import { plantKey } from '../../support/keys.js';
import { COMPATIBLE_PATHS } from '../../support/reference.js';
import { anEvent } from '../../support/sending.js';
import { TEST_KEY, startTestService, type TestService } from '../../support/service.js';

const LIMIT = 20;

let service: TestService;
let other: Api;
beforeAll(async () => {
  service = await startTestService({ READ_RATE_LIMIT: String(LIMIT) }, 'api');
  other = new Api(service.origin, await plantKey(service.databaseUrl, 'other', 'read'));
});
afterAll(() => service.close());

/** Many more requests at once than the limit, on every endpoint in turn. */
async function burst(api: Api): Promise<Reply[]> {
  const paths = Array.from({ length: 10 * LIMIT }, (_, i) => COMPATIBLE_PATHS[i % 10]!);
  return Promise.all(paths.map((path) => api.get(path)));
}

test('reads beyond the limit get a message that says when to try again', async () => {
  const replies = await burst(service.api);
  const refused = replies.filter(({ status }) => status === 429);
  // The user of the last endpoint is not known.
  const answered = replies.filter(({ status }) => status === 200 || status === 404);
  expect(refused.length + answered.length).toBe(replies.length);
  expect(answered.length).toBeGreaterThanOrEqual(LIMIT);
  expect(refused.length).toBeGreaterThan(0);
  for (const { headers, body } of refused) {
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(body).toMatch(/^[A-Z][^{}<>]*\w\.$/);
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  }
});

test('reads succeed again after Retry-After', async () => {
  const refused = (await burst(service.api)).find(({ status }) => status === 429)!;
  const seconds = Number(refused.headers.get('retry-after'));
  const read = () => service.api.get('/api/backend/v1/chart_metrics/signups');
  const again = async () => ((await read()).status === 200 ? true : undefined);
  await waitFor(again, (seconds + 1) * 1000);
});

test('a key at its limit affects neither other keys nor ingest', async () => {
  let refused = 0;
  const statuses: number[] = [];
  await Promise.all([
    burst(service.api).then((replies) => {
      refused = replies.filter(({ status }) => status === 429).length;
    }),
    (async () => {
      for (let i = 0; i < 3; i++) {
        statuses.push((await other.get('/api/backend/v1/user_report/churn')).status);
      }
      await service.api.ingest(Array.from({ length: 3 * LIMIT }, () => anEvent('user.active')));
    })(),
  ]);
  expect(refused).toBeGreaterThan(0);
  expect(statuses).toEqual([200, 200, 200]);
});

test('a message of an agent counts by its question alone', async () => {
  const send = (method: string, params = {}) =>
    fetch(new URL('/mcp', service.origin), {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${TEST_KEY}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
  const many = (work: () => Promise<Response>) =>
    Promise.all(Array.from({ length: 3 * LIMIT }, work));
  const pings = await many(() => send('ping'));
  expect(new Set(pings.map(({ status }) => status))).toEqual(new Set([200]));
  const question = { name: 'definitions', arguments: {} };
  const limited = await waitFor(async () => {
    const answers = await many(() => send('tools/call', question));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    return texts.find((text) => text.includes('Too many requests'));
  });
  expect(JSON.parse(limited)).toMatchObject({ result: { isError: true } });
});
