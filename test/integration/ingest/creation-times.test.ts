import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunState } from '../../support/api.js';
import { anEvent, send, wrongFields } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

const CREATED_S = 1_700_000_000; // 2023-11-14T22:13:20Z
const TIME = { time: '2024-05-01T08:00:00.999Z' };
const TIME_S = 1_714_550_400;
const DAY_S = 86_400;

let service: SharedService;
let run: RunState;
let startedOn: string;
beforeAll(async () => {
  service = await useSharedService();
  startedOn = new Date().toISOString().slice(0, 10);
  const { api } = service;
  await api.ingest([
    user('as a number', CREATED_S),
    user('as text', '2023-11-14T22:13:20Z'),
    user('in a zone', '2023-11-15T03:58:20.999+05:45'),
    user('in milliseconds', CREATED_S * 1000),
    user('in milliseconds as text', String(CREATED_S * 1000)),
    user('not at all', undefined),
    user('later again', CREATED_S),
    user('later again', CREATED_S + DAY_S),
    user('earlier again', CREATED_S),
    user('earlier again', CREATED_S - DAY_S),
    user('by its time', CREATED_S + 400 * DAY_S),
    anEvent('user.created', { user_id: 'by its time' }, TIME),
    user('updated', CREATED_S),
    anEvent('user.updated', { user_id: 'updated', created_at: 1 }, TIME),
    anEvent('user.updated', { user_id: 'updated', created_at: 'never' }, TIME),
    anEvent('org.created', { org_id: 'as a number', created_at: CREATED_S }, TIME),
    anEvent('org.created', { org_id: 'as text', created_at: '2023-11-14T22:13:20Z' }, TIME),
    anEvent('org.created', { org_id: 'not at all' }, TIME),
    anEvent('user.created', { user_id: 'just now' }),
  ]);
  run = await api.run('2025-03-31');
});
afterAll(() => service.close());

function user(user_id: string, created_at: unknown): object {
  return anEvent('user.created', { user_id, created_at }, TIME);
}

async function createdAt(subject: 'user' | 'org'): Promise<Record<string, unknown>> {
  const { rows } = await service.api.ranking(subject, 'churn', '30', { runId: run.run_id });
  return Object.fromEntries(
    rows.map((row) => [row[`${subject}_id`] as string, row[`${subject}_created_at`]]),
  );
}

test('created_at is unix seconds or a timestamp, else the event’s time; the earliest one counts', async () => {
  expect(await createdAt('user')).toEqual({
    'as a number': CREATED_S,
    'as text': CREATED_S,
    'in a zone': CREATED_S,
    'in milliseconds': CREATED_S,
    'in milliseconds as text': CREATED_S,
    'not at all': TIME_S,
    'later again': CREATED_S,
    'earlier again': CREATED_S - DAY_S,
    'by its time': TIME_S,
    updated: CREATED_S,
  });
  expect(await createdAt('org')).toEqual({
    'as a number': CREATED_S,
    'as text': CREATED_S,
    'not at all': TIME_S,
  });
});

test('an event without a time has the time of receipt', async () => {
  await service.chartsAreFresh();
  const { body } = await service.api.get<{ metrics: { date: string; result: number }[] }>(
    `/api/backend/v1/chart_metrics/signups?start_date=${startedOn}`,
  );
  // Midnight may pass between the two.
  expect(body.metrics.reduce((sum, { result }) => sum + result, 0)).toBe(1);
});

test.each<[string, unknown]>([
  ['words', 'yesterday'],
  ['a day that does not exist', '2025-02-30T00:00:00Z'],
  ['true', true],
  ['a list', [CREATED_S]],
  ['the epoch, a day of a spreadsheet', 0],
  ['another day of a spreadsheet', 46_053],
  ['microseconds, which are ages ahead', CREATED_S * 1e6],
  ['11 minutes ahead as a number', Math.floor(Date.now() / 1000) + 11 * 60],
  ['11 minutes ahead as text', new Date(Date.now() + 11 * 60_000).toISOString()],
])('a created_at of %s is rejected', async (_what, created_at) => {
  for (const type of ['user.created', 'org.created']) {
    expect(await wrongFields(service.api, anEvent(type, { created_at }))).toEqual([
      'data.created_at',
    ]);
  }
});

test('a created_at up to 10 minutes ahead is accepted', async () => {
  const ahead = Date.now() + 9 * 60_000;
  const events = [Math.floor(ahead / 1000), new Date(ahead).toISOString()].map((created_at) =>
    anEvent('org.created', { created_at }),
  );
  expect((await send(service.api, events)).body).toEqual({ accepted: 2, rejected: [] });
});
