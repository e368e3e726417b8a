import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CountedOrg, OrgMembers } from '#libs/contracts';
import { dayBefore } from '../../support/agreement.js';
import { Api } from '../../support/api.js';
import { exclude } from '../../support/exclusions.js';
import { NO_RULES } from '../../support/model/exclusions.js';
import type { WireEvent } from '../../support/model/model.js';
import { NEVER } from '../../support/runs.js';
import {
  startProcess,
  startTestService,
  TEST_KEY,
  testSettings,
  type TestService,
} from '../../support/service.js';
import {
  active,
  added,
  buildEvent,
  deleted,
  orgCreated,
  removed,
  roleChanged,
  userCreated,
} from '../../support/model/fixtures/builders.js';

/** The members and days of an org of this size stay in memory. */
const MEMBERS = 5_000;
const day = dayBefore;

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ REPORT_CRON: NEVER });
  const ids = Array.from({ length: MEMBERS }, (_, index) => `member ${index}`);
  const joined = ids.map((id, index) => added(id, 'large', day(30 + (index % 300))));
  await service.api.ingest([orgCreated('large', day(400)), orgCreated('other', day(400))]);
  for (let from = 0; from < MEMBERS; from += 1_000)
    await service.api.ingest(joined.slice(from, from + 1_000));
  const known = ids.slice(0, 20);
  await service.api.ingest(known.map((id) => userCreated(id, day(350))));
  await service.api.ingest(known.flatMap((id, index) => active(id, day(index + 1), day(90))));
  // Not a member yet, but active before.
  await service.api.ingest([userCreated('later', day(200)), ...active('later', day(20), day(3))]);
});
afterAll(() => service.close());

const page = async (api = service.api) => {
  const { body } = await api.get<CountedOrg>('/api/insights/v1/orgs/large');
  return body;
};
const members = async (api = service.api) => {
  const { body } = await api.get<OrgMembers>('/api/insights/v1/orgs/large/members?page_size=100');
  return body;
};
const daysOf = ({ most_active: mostActive }: CountedOrg, id: string) =>
  mostActive.find(({ user_id: userId }) => userId === id)?.num_active_days;

const named = (id: string, when: string, org: string) =>
  buildEvent('user.active', when, { user_id: id, org_id: org });

/** Each change, and the number of members after it. */
const CHANGES: [what: string, events: WireEvent[], members: number][] = [
  ['a new user joins', [userCreated('new', day(2)), added('new', 'large', day(2))], 5_001],
  ['a known user joins in the past', [added('later', 'large', day(10))], 5_002],
  ['members are active', [...active('new', day(0)), ...active('member 3', day(2))], 5_002],
  ['a member names another org', [named('member 1', day(2), 'other')], 5_002],
  ['a member names this org', [named('member 0', day(5), 'large')], 5_002],
  ['a member leaves', [removed('member 4', 'large', day(1))], 5_001],
  ['a member becomes an owner', [roleChanged('member 5', 'large', day(1), 'Owner')], 5_001],
  ['a member is created', [userCreated('member 40', day(100))], 5_001],
  ['a member is deleted', [deleted('user', 'member 6', day(1))], 5_000],
];

test('the page of a large org shows every change of its facts at once', async () => {
  const first = await page();
  expect([first.num_users, (await members()).total_count]).toEqual([MEMBERS, 20]);
  for (const [what, events, count] of CHANGES) {
    await service.api.ingest(events);
    const { num_users: numUsers } = await page();
    expect([what, numUsers]).toEqual([what, count]);
    expect(await members()).toMatchObject({ total_count: expect.any(Number) });
  }
  const last = await page();
  expect([daysOf(last, 'new'), daysOf(last, 'later'), daysOf(last, 'member 1')]).toEqual([
    2,
    1,
    undefined,
  ]);
  expect(last.left.map(({ user_id: id }) => id)).toEqual(['member 4']);
  expect(last.contacts.map(({ user_id: id }) => id)).toEqual(['member 5']);
  await exclude(service.api, { ...NO_RULES, user_ids: ['member 5'] });
  expect((await page()).contacts).toEqual([]);
  await exclude(service.api, NO_RULES);
  await expectTheAnswersOfAFreshProcess();
});

/** A process that has nothing in memory reads everything. */
async function expectTheAnswersOfAFreshProcess(): Promise<void> {
  const kept = [await page(), await members()];
  const fresh = await startProcess('api', testSettings(service.databaseUrl));
  try {
    const api = new Api(fresh.origin, TEST_KEY);
    expect(kept).toEqual([await page(api), await members(api)]);
  } finally {
    await fresh.stop();
  }
}
