import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dayBefore, renamed } from '../../support/agreement.js';
import type { RunState } from '../../support/api.js';
import { deliver, deliveryArb } from '../../support/deliveries.js';
import { exclude, renamedRules } from '../../support/exclusions.js';
import { NO_RULES } from '../../support/model/exclusions.js';
import { ORG_VALUES, USER_VALUES } from '../../support/model/index-rows.js';
import { Model, type Subject, type WireEvent } from '../../support/model/model.js';
import { ORGS, USERS } from '../../support/model/pools.js';
import { rulesArb } from '../../support/model/random-rules.js';
import { teamHistoryArb } from '../../support/model/random-teams.js';
import { dayFromText, dayOf } from '../../support/model/time.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';
import { expectTheModelsIndex, idsInCsv, readIndex } from '../../support/index-agreement.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 3);
const SUBJECTS: Subject[] = ['user', 'org'];
const VALUES = { user: USER_VALUES, org: ORG_VALUES };
const ORDERS = ['asc', 'desc'] as const;

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ REPORT_CRON: NEVER });
});
afterAll(() => service.close());

/** Every event that the store was sent. */
const known: WireEvent[] = [];
let count = 0;

/** Parts of names, addresses and ids in other cases; two fields together; characters of patterns. */
const SEARCHES = [
  ...['ANN', 'ann', 'zoë', 'ZOË', "o'neil", '%', '_', '\\', '0', '\u{1F984}', 'EXAMPLE.COM'],
  ...['@example.org', 'b.c+D', 'no address', 'Ann Ann', 'smith, j', 'acme INC', "baker's", 'or g'],
  ...['~', '\uFB00', '\u{1F680}', 'U 1', 'nothing has this'],
];

const cases = fc.record({
  delivery: deliveryArb(teamHistoryArb({ today: dayBefore(0), maxEvents: 90 })),
  rules: rulesArb,
  pageSize: fc.constantFrom(3, 10, 100),
});

test(
  'the index equals the model, in every order, under rules and without, as of now and of the past',
  async () => {
    const property = fc.asyncProperty(cases, async ({ delivery, pageSize, ...drawn }) => {
      const prefix = `${(count++).toString(36).padStart(3, '0')}~`;
      const sent = delivery.sent.map((event) => renamed(event, prefix));
      await deliver(service.api, sent, delivery);
      known.push(...delivery.history.map((event) => renamed(event, prefix)));
      const all = new Model(known);
      for (const rules of [renamedRules(drawn.rules, prefix), NO_RULES]) {
        await exclude(service.api, rules);
        const runs = [await service.api.run(dayBefore(31)), await service.api.run()];
        const model = all.without(rules);
        for (const subject of SUBJECTS) {
          for (const { run_id: runId } of runs) {
            const query = { runId, sort: 'created_at', order: 'asc' } as const;
            await expectTheModelsIndex(service.api, model, subject, query, pageSize);
          }
          for (const sort of VALUES[subject]) {
            for (const order of ORDERS) {
              await expectTheModelsIndex(service.api, model, subject, { sort, order }, pageSize);
            }
          }
          for (const search of SEARCHES) {
            await expectTheModelsIndex(service.api, model, subject, {
              search,
              sort: 'created_at',
              order: 'asc',
            });
          }
        }
        await expectTheIdentities(runs[1]!);
      }
    });
    await fc.assert(property, { numRuns: RUNS, seed: 22, endOnFailure: true });
  },
  15 * 60_000,
);

/** "In every run: org churn n = {created before W(n), last_active_day null or before W(n)}" and the others. */
async function expectTheIdentities({ run_id: runId, report_time: at }: RunState): Promise<void> {
  const listed = async (subject: Subject, report: string, interval: string) => {
    const { rows } = await service.api.ranking(subject, report, interval, { runId });
    return rows.map((row) => String(row[`${subject}_id`])).sort();
  };
  const [users, orgs] = [
    await readIndex(service.api, 'user', { runId }),
    await readIndex(service.api, 'org', { runId }),
  ];
  for (const n of [7, 14, 30]) {
    const first = dayOf(at * 1000) - n + 1;
    const quiet = orgs.rows.filter(({ values }) => {
      const last = values['last_active_day'] as string | null;
      const created = dayOf(Number(values['created_at']) * 1000);
      return created < first && (last === null || dayFromText(last) < first);
    });
    const ids = quiet.map((row) => String(row['org_id'])).sort();
    expect([n, await listed('org', 'churn', String(n))]).toEqual([n, ids]);
  }
  const active = users.rows.filter(({ values }) => Number(values['active_days_30']) >= 1);
  expect(await listed('user', 'champion', '30')).toEqual(
    active.map((row) => String(row['user_id'])).sort(),
  );
}

test('the index as CSV has the rows of the list, in its order', async () => {
  for (const subject of SUBJECTS) {
    for (const query of [
      {},
      { search: 'ann' },
      { sort: 'created_at', order: 'desc' },
      { sort: subject === 'user' ? 'num_orgs' : 'last_active_day', order: 'desc', search: '~' },
    ] as const) {
      const { rows } = await readIndex(service.api, subject, query);
      const ids = rows.map((row) => row[`${subject}_id`]);
      expect(await idsInCsv(service.api, subject, query)).toEqual(ids);
    }
  }
});

test('values are frozen in the run, names and addresses are current, and deleted subjects are not shown', async () => {
  const id = (name: string) => `zzz~${name}`;
  const at = `${dayBefore(1)}T12:00:00Z`;
  const event = (n: number, type: string, data: object): WireEvent => ({
    ...{ id: `zzz ${n}`, source: 'later', type, time: at, data: { ...data } },
  });
  const before = [
    event(1, 'user.created', { user_id: id('a'), first_name: 'Early', email: 'a@early.example' }),
    event(2, 'user.created', { user_id: id('b'), first_name: 'Early' }),
    event(3, 'org.created', { org_id: id('o'), name: 'Early Ltd' }),
  ];
  await service.api.ingest(before);
  const { report_time: reportTime } = await service.api.run();
  const after = [
    event(4, 'user.updated', { user_id: id('a'), first_name: 'Late', email: 'a@late.example' }),
    event(5, 'user.deleted', { user_id: id('b') }),
    event(6, 'org.updated', { org_id: id('o'), name: 'Late Ltd' }),
    event(7, 'user.added_to_org', { user_id: id('a'), org_id: id('o') }),
    event(8, 'user.active', { user_id: id('a') }),
  ];
  await service.api.ingest(after);
  const [frozen, current] = [new Model(before), new Model([...before, ...after])];
  for (const [subject, search, ids] of [
    ['user', 'late', ['a']],
    ['user', 'EARLY', []],
    ['org', 'late', ['o']],
    ['org', 'early', []],
    ['user', 'zzz~', ['a']],
  ] as const) {
    const found = await readIndex(service.api, subject, { search });
    const values = frozen.index(subject, reportTime).rows;
    expect([search, found.rows]).toEqual([
      search,
      ids.map(id).map((one) =>
        expect.objectContaining({
          ...current.profile(subject, one),
          values: values.find((row) => row.id === one)!.values,
        }),
      ),
    ]);
  }
  known.push(...before, ...after);
});

test('unknown values, orders and runs are refused', async () => {
  for (const query of ['sort=nothing', 'sort=created_at&order=up', 'page_size=101']) {
    for (const subject of SUBJECTS) {
      const { status } = await service.api.get(`/api/insights/v1/${subject}s?${query}`);
      expect([query, status]).toEqual([query, 400]);
    }
  }
});

test('the random histories have users and orgs with many values', () => {
  expect(USERS.length + ORGS.length).toBeGreaterThan(10);
  const model = new Model(known);
  const rows = SUBJECTS.flatMap((subject) => model.index(subject, Date.now() / 1000).rows);
  const values = rows.flatMap((row) => Object.values(row.values));
  expect(new Set(values).size).toBeGreaterThan(15);
});
