import { beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { OrgActivityService } from '#libs/charts';
import { Calendar } from '#libs/contracts';
import { Database } from '#libs/database';
import { ActivityFold } from '#libs/facts';
import { Metrics } from '#libs/platform';
import { dayBefore, renamed } from '../../support/agreement.js';
import { waitFor } from '../../support/api.js';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { ask } from '../../support/database.js';
import { exclude } from '../../support/exclusions.js';
import {
  active,
  added,
  deleted,
  orgCreated,
  removed,
} from '../../support/model/fixtures/builders.js';
import type { WireEvent } from '../../support/model/model.js';
import { USERS } from '../../support/model/pools.js';
import { teamHistoryArb } from '../../support/model/random-teams.js';
import { startTestService, type TestService } from '../../support/service.js';

jest.setTimeout(300_000);

const HISTORIES = Number(process.env['PROPERTY_RUNS'] ?? 6);
/** West of Greenwich: most instants are on another day than in UTC. */
const ZONE = 'America/New_York';
const NAME = 'derivation';

// The test derives, in its own process: there is no worker.
const later = cleanUpAfterAll();
let service: TestService;
let fold: ActivityFold;
let orgActivity: OrgActivityService;
let count = 0;

beforeAll(async () => {
  service = await startTestService({ REPORT_TIME_ZONE: ZONE }, 'api');
  later(() => service.close());
  const url = new URL(service.databaseUrl);
  url.searchParams.set('application_name', NAME);
  const database = new Database({ DATABASE_URL: url.href, DATABASE_POOL_SIZE: 2 });
  later(() => database.onApplicationShutdown());
  const calendar = new Calendar(ZONE);
  fold = new ActivityFold(database, calendar);
  orgActivity = new OrgActivityService(database, new Metrics(), calendar);
});

interface OrgDay {
  day: string;
  block: number;
  bits: string;
}

const STORED = `
  select day::text, block, substring(bit_send(bits) from 5)::text as bits
  from org_activity where bit_count(bits) > 0 order by day, block`;

const storedDays = () => ask<OrgDay>(service.databaseUrl, STORED);

async function derivedFromNothing(): Promise<OrgDay[]> {
  await ask(service.databaseUrl, 'delete from org_activity');
  await ask(service.databaseUrl, 'insert into activity_changes default values');
  await orgActivity.refresh();
  return storedDays();
}

const KILL = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1';

/** Derives in spite of an attempt that is killed. */
async function deriveAfterAKill(): Promise<void> {
  const attempt = orgActivity.refresh().catch(() => undefined);
  await ask(service.databaseUrl, KILL, [NAME]);
  await attempt;
  // A connection of the pool may be dead, and the killed transaction may end a little later.
  await waitFor(async () => {
    await orgActivity.refresh().catch(() => undefined);
    const left = await ask(service.databaseUrl, 'select from activity_changes limit 1');
    return left.length === 0 || undefined;
  });
}

const slicesArb = teamHistoryArb({ today: dayBefore(0, ZONE), maxEvents: 60 }).chain((history) =>
  fc.record({
    sent: fc.shuffledSubarray([...history, ...history.slice(0, 20)], {
      minLength: history.length,
    }),
    slices: fc.array(
      fc.record({
        length: fc.integer({ min: 1, max: 60 }),
        excluded: fc.option(fc.subarray([...USERS], { maxLength: 2 }), { freq: 3 }),
        isFolded: fc.boolean(),
        isKilled: fc.boolean(),
      }),
      { minLength: 3, maxLength: 6 },
    ),
  }),
);

test('org days derived after each slice of a history equal those derived from nothing', async () => {
  const property = fc.asyncProperty(slicesArb, async ({ sent, slices }) => {
    const prefix = `${count++}~`;
    const events = sent.map((event) => renamed(event, prefix));
    let at = 0;
    for (const [place, { length, excluded, isFolded, isKilled }] of slices.entries()) {
      const isLast = place === slices.length - 1;
      const slice = events.slice(at, isLast ? undefined : at + length);
      at += length;
      if (slice.length > 0) await service.api.ingest(slice);
      if (excluded) await excludeUsers(excluded.map((user) => prefix + user));
      if (isFolded || isLast) await fold.fold();
      await (isKilled ? deriveAfterAKill() : orgActivity.refresh());
    }
    const stored = await storedDays();
    expect(stored).toEqual(await derivedFromNothing());
    await excludeUsers([]);
  });
  await fc.assert(property, { numRuns: HISTORIES, endOnFailure: true });
});

async function excludeUsers(ids: readonly string[]): Promise<void> {
  await exclude(service.api, { email_domains: [], user_ids: [...ids], org_ids: [] });
}

async function send(events: readonly WireEvent[]): Promise<void> {
  for (let at = 0; at < events.length; at += 500)
    await service.api.ingest(events.slice(at, at + 500));
  await fold.fold();
  await orgActivity.refresh();
}

/** The days on which an org is stored as active. */
async function daysOf(org: string): Promise<string[]> {
  const sql = `
    select day::text from org_activity a join org_ids o on o.id >> 12 = a.block
    where org_id = $1 and get_bit(bits, o.id & 4095) = 1 order by day`;
  return (await ask<{ day: string }>(service.databaseUrl, sql, [org])).map(({ day }) => day);
}

test('a day of a large org is kept as long as any of its members was active', async () => {
  // More members than are looked at before all of them are.
  const users = Array.from({ length: 1_200 }, (_, index) => `large~${index}`);
  const [org, day] = ['large~org', dayBefore(30, ZONE)];
  const [last, first] = [users.at(-1)!, users[0]!];
  await send([
    orgCreated(org, dayBefore(100, ZONE)),
    ...users.map((user) => added(user, org, dayBefore(90, ZONE))),
    ...[last, first].flatMap((user) => active(user, day)),
  ]);
  expect(await daysOf(org)).toEqual([day]);
  await send([removed(first, org, dayBefore(40, ZONE))]);
  expect(await daysOf(org)).toEqual([day]);
  await send([removed(last, org, dayBefore(40, ZONE))]);
  expect(await daysOf(org)).toEqual([]);
});

const QUEUED = `
  select day::text, user_id as user from activity_changes
  cross join unnest(user_keys) as changed (key) join user_ids on user_ids.id = key order by day, user_id`;

test('a fold queues only the users who are newly active on a day or newly named an org', async () => {
  const [day, other] = [dayBefore(20, ZONE), dayBefore(10, ZONE)];
  const users = ['one', 'two', 'three'].map((name) => `queued~${name}`);
  const [one, two, three] = users as [string, string, string];
  await send(users.flatMap((user) => [added(user, 'queued~org', dayBefore(90, ZONE))]));
  await send([...active(one, day, other), ...active(two, day)]);
  const inOrg = active(one, day).map((event) => ({
    ...event,
    data: { ...event.data, org_id: 'queued~org' },
  }));
  await service.api.ingest([...active(one, other), ...active(two, day, other), ...inOrg]);
  await service.api.ingest(active(three, day));
  await fold.fold();
  expect(await ask(service.databaseUrl, QUEUED)).toEqual([
    { day, user: one },
    { day, user: three },
    { day: other, user: two },
  ]);
  await service.api.ingest([...inOrg, ...active(three, day)]);
  await orgActivity.refresh();
  await fold.fold();
  expect(await ask(service.databaseUrl, QUEUED)).toEqual([]);
});

test('the deletion of a user queues no day before it', async () => {
  const [user, org] = ['late~user', 'late~org'];
  const days = [dayBefore(30, ZONE), dayBefore(10, ZONE)];
  await send([added(user, org, dayBefore(90, ZONE)), ...active(user, ...days)]);
  expect(await daysOf(org)).toEqual(days);
  await service.api.ingest([deleted('user', user, dayBefore(20, ZONE))]);
  expect(await ask(service.databaseUrl, QUEUED)).toEqual([{ day: expect.any(String), user }]);
  await orgActivity.refresh();
  expect(await daysOf(org)).toEqual([days[0]]);
});
