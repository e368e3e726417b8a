import { expect } from '@jest/globals';
import { waitFor, type Api, type Reply } from './api.js';
import { userCreated } from './runs.js';
import { TEST_SECRET } from './service.js';
import { deliver, signStandard } from './webhooks.js';

const ANSWERED_WITHIN_MS = 15_000;
const BACK_WITHIN_MS = 30_000;
const RUNS = '/api/admin/v1/report_runs';
const EVENTS = '/api/ingest/v1/events';

/** Every kind of request that needs the database. */
const REQUESTS: Record<string, (api: Api) => Promise<Reply>> = {
  events: (api) => api.post(EVENTS, [userCreated('someone')]),
  'a rejected event': (api) => api.post(EVENTS, [{ id: 'x', type: 'nonsense', data: {} }]),
  'a signed message': (api) =>
    deliver(api, signStandard('standard', TEST_SECRET, userCreated('someone'))),
  'a user report': (api) => api.page('user', 'champion', ''),
  'an org report': (api) => api.page('org', 'growth', ''),
  'a chart': (api) => api.get('/api/backend/v1/chart_metrics/active_orgs'),
  'the list of reports': (api) => api.get('/api/backend/v1/reports'),
  'signup parameters': (api) => api.get('/api/backend/v1/user/ann/signup_query_parameters'),
  'a run now': (api) => api.post(RUNS, {}),
  'a run of a day': (api) => api.post(RUNS, { as_of: '2024-01-01' }),
  'how a run went': (api) => api.get(`${RUNS}/00000000-0000-4000-8000-000000000000`),
  'the list of runs': (api) => api.get(RUNS),
  'dead letters': (api) => api.get('/api/admin/v1/dead_letters'),
  'a replay': (api) => api.post('/api/admin/v1/dead_letters/replay', {}),
  readiness: (api) => api.get('/health/ready'),
};

/** Expects 503 with Retry-After for every request that needs the database, and a live process. */
export async function expectAway(api: Api): Promise<void> {
  const asked = Object.entries(REQUESTS).map(async ([name, ask]) => [
    name,
    await outcome(ask(api)),
  ]);
  const outcomes = Object.fromEntries(await Promise.all(asked)) as Record<string, string>;
  const expected = Object.keys(REQUESTS).map((name) => [name, '503, with Retry-After']);
  expect(outcomes).toEqual(Object.fromEntries(expected));
  expect(await api.get('/health/live')).toMatchObject({ status: 200 });
}

/** Waits until the service works again. */
export async function isBack(api: Api): Promise<void> {
  await waitFor(async () => {
    const answer = await outcome(api.get('/health/ready'));
    return answer === '200' ? true : undefined;
  }, BACK_WITHIN_MS);
}

async function outcome(asked: Promise<Reply>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer'), ANSWERED_WITHIN_MS);
  });
  const answered = asked.then(({ status, headers }) => {
    const hasRetryAfter = Number(headers.get('retry-after')) > 0;
    return hasRetryAfter ? `${status}, with Retry-After` : String(status);
  });
  return Promise.race([answered, patience]).finally(() => clearTimeout(timer));
}
