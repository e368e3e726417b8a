import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { BulkLoad } from '#libs/facts';
import { Database } from '#libs/database';
import { aLongHistory, dayBefore, expectTheModelsAnswers } from '../../support/agreement.js';
import { waitFor } from '../../support/api.js';
import { copyDatabase } from '../../support/database.js';
import { Model, type WireEvent } from '../../support/model/model.js';
import { backUp, exchange, type Way } from '../../support/restore.js';
import { NEVER } from '../../support/runs.js';
import { TEST_SECRET, startTestService, type TestService } from '../../support/service.js';
import { deliver, signStandard } from '../../support/webhooks.js';

jest.setTimeout(120_000);

const SETTINGS = { REPORT_CRON: NEVER };
const MANY = 20;

let service: TestService;
beforeEach(async () => {
  service = await startTestService(SETTINGS);
});
afterEach(() => service.close());

const at = (days: number, seconds = 0) =>
  new Date(Date.parse(`${dayBefore(days)}T12:00:00Z`) + seconds * 1000).toISOString();

let eventCount = 0;
function event(type: string, days: number, data: Record<string, unknown>): WireEvent {
  return { id: `event ${(eventCount += 1)}`, source: 'app', type, time: at(days), data };
}

/** Users of a group, each in an org of their own, active on some days, inviting each other. */
function group(name: string, count: number): WireEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const [user_id, org_id] = [`${name} ${index}`, `${name} org ${index % 7}`];
    return [
      event('user.created', 40, { user_id, email: `${name}.${index}@example.com` }),
      event('org.created', 60, { org_id, name: `Org ${name} ${index % 7}` }),
      event('user.added_to_org', 20, { user_id, org_id, role: `Role ${index % 3}` }),
      event('user.active', 1 + (index % 25), { user_id }),
      event('user.invited_to_org', 5, {
        ...{ inviter_user_id: user_id, org_id },
        invitee_email: `${index % 5}@example.com`,
      }),
    ];
  }).flat();
}

const activityOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    event('user.active', 3, { user_id: `${name} ${index}` }),
  );

/** A page and a CSV of the latest run, which the api caches in memory. */
async function keptLists() {
  const path = '/api/insights/v1/reports/user/champion';
  const { body } = await service.api.get<{ rows: Record<string, unknown>[]; report_time: number }>(
    `${path}?interval=30&page_size=100`,
  );
  const csv = await service.api.get<string>(`${path}/csv?interval=30`);
  return { time: body.report_time, rows: body.rows, csv: csv.body };
}

async function userPageOf(userId: string): Promise<unknown> {
  const { body } = await service.api.get(`/api/insights/v1/users/${encodeURIComponent(userId)}`);
  return body;
}

/** Fills every cache of the api and the worker with data that is about to be lost. */
async function liveOn(lost: readonly WireEvent[]): Promise<void> {
  await service.api.ingest(lost);
  await service.api.ingest(lost.filter(({ type }) => type === 'user.active'));
  await service.api.run();
  await keptLists();
  await service.api.page('user', 'champion', 'report_interval=30');
  await userPageOf('lost 0');
}

/** Ingests events by every path of writing, with the ids in another order than before. */
async function ingestByEveryPath(history: readonly WireEvent[]): Promise<void> {
  const activity = history.filter(({ type }) => type === 'user.active');
  const others = history.filter(({ type }) => type !== 'user.active');
  // Activity first: a request with only activity is written by one statement.
  await service.api.ingest(activity);
  for (const one of others.slice(0, 3)) {
    const message = signStandard('standard', TEST_SECRET, { ...one, source: 'app' });
    expect((await deliver(service.api, message)).body).toEqual({ outcome: 'accepted' });
  }
  for (let from = 3; from < others.length; from += 50)
    await service.api.ingest(others.slice(from, from + 50));
}

async function expectTheModels(history: readonly WireEvent[]): Promise<void> {
  await expectTheModelsAnswers([service.api], service.databaseUrl, history);
  const { time, rows, csv } = await keptLists();
  const listed = new Model(history).report('user', 'champion', '30', time).rows;
  const names = (list: readonly object[]) =>
    list.map((row) => (row as { user_id: string }).user_id);
  expect(names(rows)).toEqual(names(listed).slice(0, 100));
  const lines = csv.split('\r\n').slice(1, -1);
  expect(lines.map((line) => line.split(',')[1])).toEqual(names(listed));
  const page = await service.api.page('user', 'champion', 'report_interval=30&page_size=100');
  expect(names(page.body.user_reports!)).toEqual(names(listed).slice(0, 100));
  expect(page.body.report_time).toBe(time);
}

describe.each<[string, Way]>([
  ['rows are removed and loaded again', 'rows'],
  ['tables are emptied and filled again', 'tables'],
])('when an earlier state is restored under the running service: %s', (_, way) => {
  test('every later event counts for the user and org that it names', async () => {
    const before = [...group('kept', 10), ...aLongHistory(40)];
    await service.api.ingest(before);
    await service.api.run();
    await service.chartsAreFresh();
    const restore = await backUp(service.databaseUrl);

    const lost = group('lost', MANY);
    await liveOn(lost);
    await restore(way);

    const after = [
      ...group('new', MANY + 3),
      ...lost.toReversed(),
      ...activityOf('lost', MANY),
      ...activityOf('kept', 10),
    ];
    await ingestByEveryPath(after);
    await expectTheModels([...before, ...after]);
  });
});

test('another database in place of the first is detected before any write', async () => {
  const before = group('kept', 10);
  await service.api.ingest(before);
  await service.api.run();
  await service.chartsAreFresh();
  await service.stop();
  const backup = await copyDatabase(service.databaseUrl);
  service = await startTestService({ ...SETTINGS, DATABASE_URL: service.databaseUrl });

  const lost = group('lost', MANY);
  await liveOn(lost);
  await exchange(service.databaseUrl, backup);

  const after = [...group('new', MANY + 3), ...lost.toReversed(), ...activityOf('lost', MANY)];
  const first = activityOf('new', 1);
  await waitFor(async () => {
    const { status } = await service.api.post('/api/ingest/v1/events', first);
    return status === 200 || undefined;
  });
  await ingestByEveryPath(after);
  await expectTheModels([...before, ...first, ...after]);
});

test('an import that runs during a restore writes the keys of the restored store', async () => {
  const before = group('kept', 10);
  await service.api.ingest(before);
  const restore = await backUp(service.databaseUrl);
  const database = new Database({ DATABASE_URL: service.databaseUrl, DATABASE_POOL_SIZE: 2 });
  const load = new BulkLoad(database, {});
  const lost = group('lost', MANY);
  const checked = (events: readonly WireEvent[]) =>
    events.map(({ time, ...rest }) => ({ ...rest, at: Date.parse(time) }));
  const write = async (events: readonly WireEvent[]) => {
    const activity = events.filter(({ type }) => type === 'user.active');
    const others = events.filter(({ type }) => type !== 'user.active');
    await load.activity(
      activity.map(({ data }) => String(data['user_id'])),
      Uint32Array.from(activity, ({ time }) => Date.parse(time) / 1000),
    );
    await load.eventsOnce(checked(others) as never, () => Promise.resolve());
  };
  try {
    await write(lost);
    await restore('tables');
    const after = [...group('new', MANY + 3), ...lost.toReversed()];
    await service.api.ingest(activityOf('other', 5));
    await write(after);
    const all = [...before, ...activityOf('other', 5), ...after];
    await expectTheModelsAnswers([service.api], service.databaseUrl, all);
  } finally {
    await database.onApplicationShutdown();
  }
});
