import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { dayBefore, renamed } from '../../support/agreement.js';
import { deliver, deliveryArb } from '../../support/deliveries.js';
import { exclude, renamedRules } from '../../support/exclusions.js';
import { NO_RULES } from '../../support/model/exclusions.js';
import {
  Model,
  RANKINGS,
  type Condition,
  type Subject,
  type Where,
  type WireEvent,
} from '../../support/model/model.js';
import { rulesArb } from '../../support/model/random-rules.js';
import { conditionArb, whereArb } from '../../support/model/random-segments.js';
import { teamHistoryArb } from '../../support/model/random-teams.js';
import { TRAIT_LISTS, TRAIT_SETTINGS } from '../../support/model/random-traits.js';
import { DEFAULT_SETTINGS } from '../../support/model/settings.js';
import { NEVER } from '../../support/runs.js';
import {
  expectTheModelsCharts,
  modelChanges,
  readChanges,
  segmentQuery,
  type MadeRun,
  type Segment,
} from '../../support/segmented.js';
import { startTestService, type TestService } from '../../support/service.js';
import { expectTheModelsIndex } from '../../support/index-agreement.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 3);
const SUBJECTS: Subject[] = ['user', 'org'];
const SETTINGS = { ...DEFAULT_SETTINGS, traits: TRAIT_LISTS };
const CHARTS = { start: dayBefore(120), end: dayBefore(0), cadence: 'Weekly' } as const;

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ ...TRAIT_SETTINGS, REPORT_CRON: NEVER });
});
afterAll(() => service.close());

/** Every event that the store was sent. */
const known: WireEvent[] = [];
let count = 0;

const cases = fc.record({
  delivery: deliveryArb(teamHistoryArb({ today: dayBefore(0), maxEvents: 100 })),
  rules: rulesArb,
  user: fc.array(whereArb('user'), { minLength: 4, maxLength: 4 }),
  org: fc.array(whereArb('org'), { minLength: 2, maxLength: 2 }),
  partitions: fc.tuple(conditionArb('user'), conditionArb('org')),
});

test(
  'reports, changes, charts and the index of a segment equal the model, before and after rules',
  async () => {
    const property = fc.asyncProperty(cases, async ({ delivery, rules, partitions, ...wheres }) => {
      const prefix = `${(count++).toString(36).padStart(3, '0')}~`;
      const sent = delivery.sent.map((event) => renamed(event, prefix));
      await deliver(service.api, sent, delivery);
      known.push(...delivery.history.map((event) => renamed(event, prefix)));
      await service.chartsAreFresh();
      const all = new Model(known, SETTINGS);
      const runs = [await made(all, dayBefore(31)), await made(all)] as const;
      const own = renamedRules(rules, prefix);
      for (const ruled of [NO_RULES, own]) {
        await exclude(service.api, ruled);
        const now = all.without(ruled);
        for (const subject of SUBJECTS) {
          for (const where of [[], ...wheres[subject]]) {
            await expectTheSegment(now, runs, { subject, where, segment: { where } });
          }
        }
      }
      // A run made under the rules is compared with one made without them.
      const ruled = all.without(own);
      const pair = [runs[1], await made(ruled)] as const;
      await expectTheSegment(ruled, pair, { subject: 'user', where: [], segment: { where: [] } });
      await exclude(service.api, NO_RULES);
      for (const [index, subject] of SUBJECTS.entries()) {
        await expectAPartition(runs, subject, partitions[index]!);
      }
    });
    await fc.assert(property, { numRuns: RUNS, seed: 23, endOnFailure: true });
  },
  15 * 60_000,
);

type Runs = readonly [before: MadeRun, after: MadeRun];

interface OfASegment {
  subject: Subject;
  where: Where;
  segment: Segment;
}

async function made(model: Model, asOf?: string): Promise<MadeRun> {
  const { run_id: runId, report_time: reportTime } = await service.api.run(asOf);
  return { runId, reportTime, model };
}

/** Expects every list, its changes, the charts and the index of a segment to equal the model of now. */
async function expectTheSegment(
  now: Model,
  [before, after]: Runs,
  { subject, where, segment }: OfASegment,
): Promise<void> {
  const isListed = now.lists(subject, where, Date.now() / 1000);
  for (const ranking of RANKINGS.filter(([one]) => one === subject)) {
    for (const change of ['all', 'entered', 'left'] as const) {
      const between = { before, after, change };
      const found = await readChanges(service.api, ranking, between, segment);
      expect([ranking, where, change, found]).toEqual([
        ...[ranking, where, change],
        modelChanges(ranking, between, isListed),
      ]);
    }
  }
  await expectTheModelsCharts(service.api, now, { subject, where, segment }, CHARTS);
}

/** "over a partition the counts add up to those of `where=[]`". */
async function expectAPartition(
  [before, after]: Runs,
  subject: Subject,
  [key, operator, values]: Condition,
): Promise<void> {
  const parts: Condition[] =
    operator === 'is' || operator === 'is_not'
      ? [
          [key, 'is', values],
          [key, 'is_not', values],
        ]
      : [
          [key, 'set'],
          [key, 'unset'],
        ];
  for (const ranking of RANKINGS.filter(([one]) => one === subject)) {
    const read = (where: Where) =>
      readChanges(service.api, ranking, { before, after, change: 'all' }, { where });
    const whole = await read([]);
    const [one, other] = [await read([parts[0]!]), await read([parts[1]!])];
    const sum = (value: (from: typeof whole) => number) => value(one) + value(other);
    expect([ranking, key, sum((from) => from.total_count)]).toEqual([
      ...[ranking, key, whole.total_count],
    ]);
    for (const name of ['entered', 'moved', 'left'] as const) {
      expect(sum(({ counts }) => counts![name])).toBe(whole.counts![name]);
    }
  }
}

test('the index of a segment equals the model', async () => {
  const all = new Model(known, SETTINGS);
  await made(all);
  for (const subject of SUBJECTS) {
    const wheres = fc.sample(whereArb(subject), { numRuns: 8, seed: 5 });
    for (const where of [[], ...wheres]) {
      const sorts = subject === 'user' ? ['num_orgs', 'last_active_at'] : ['last_active_day'];
      for (const sort of sorts) {
        const query = { where, sort, order: 'desc' } as const;
        await expectTheModelsIndex(service.api, all, subject, query, 7);
        await expectTheModelsIndex(service.api, all, subject, { ...query, search: 'a' });
      }
    }
  }
});

interface Saved {
  id: string;
  name: string;
  subject: Subject;
  where: Where;
}

const SEGMENTS = '/api/insights/v1/segments';

test('a saved segment means its conditions, wherever `where` is taken', async () => {
  const all = new Model(known, SETTINGS);
  const runs = [await made(all, dayBefore(8)), await made(all)] as const;
  const where: Where = [['role', 'is', ['Owner', 'Admin']]];
  const saved = await service.api.post<Saved>(SEGMENTS, {
    name: 'Deciders',
    subject: 'user',
    where,
  });
  expect([200, 201]).toContain(saved.status);
  expect(saved.body).toMatchObject({ name: 'Deciders', subject: 'user', where });
  const segment = { segment: saved.body.id };
  await expectTheSegment(all, runs, { subject: 'user', where, segment });
  const changed: Where = [['domain', 'unset']];
  const path = `${SEGMENTS}/${saved.body.id}`;
  const body = { name: 'Unknown', subject: 'user', where: changed };
  expect((await service.api.put(path, body)).status).toBe(200);
  await expectTheSegment(all, runs, { subject: 'user', where: changed, segment });
  const { body: csv } = await service.api.get<string>(
    `/api/insights/v1/reports/user/champion/csv?${new URLSearchParams({
      ...{ interval: '90', run_id: runs[1].runId, ...segmentQuery(segment) },
    }).toString()}`,
  );
  const rows: Record<string, string>[] = parse(csv, { columns: true, bom: true });
  const listed = all.ids('user', 'champion', '90', runs[1].reportTime).listed;
  expect(rows.map((row) => row['user_id'])).toEqual(
    listed.filter(all.lists('user', changed, Date.now() / 1000)),
  );
  const ofUsers = new URLSearchParams(segmentQuery(segment));
  for (const place of ['charts/active_orgs', 'reports/org/churn', 'orgs']) {
    const { status } = await service.api.get(`/api/insights/v1/${place}?${ofUsers.toString()}`);
    expect([place, status]).toEqual([place, 400]);
  }
  expect((await service.api.send('DELETE', path)).status).toBeLessThan(300);
  const { status } = await service.api.get(`/api/insights/v1/users?${ofUsers.toString()}`);
  expect([400, 404]).toContain(status);
});

test('conditions that mean nothing are refused', async () => {
  const bad: unknown[] = [
    ['trait.unlisted', 'set'],
    ['trait.plan', 'is', []],
    ['trait.plan', 'is', [null]],
    ['trait.plan', 'is', null],
    ['trait.plan', 'is'],
    ['trait.plan', 'gte', '7'],
    ['trait.plan', 'gte', true],
    ['trait.plan', 'like', ['pro']],
    ['nothing', 'set'],
    ['org.unlisted', 'set'],
  ];
  for (const condition of bad) {
    const where = new URLSearchParams({ where: JSON.stringify([condition]) });
    for (const place of ['users', 'reports/user/churn', 'charts/active_users']) {
      const { status } = await service.api.get(`/api/insights/v1/${place}?${where.toString()}`);
      expect([condition, place, status]).toEqual([condition, place, 400]);
    }
  }
  for (const where of ['{', '{}', '[[]]', '["role","set"]', '[["role","set"]']) {
    const query = new URLSearchParams({ where }).toString();
    const { status } = await service.api.get(`/api/insights/v1/users?${query}`);
    expect([where, status]).toEqual([where, 400]);
  }
  const ofUsers = new URLSearchParams({ where: '[["role","set"]]' });
  for (const place of ['orgs', 'reports/org/churn', 'charts/active_orgs']) {
    const { status } = await service.api.get(`/api/insights/v1/${place}?${ofUsers.toString()}`);
    expect([place, status]).toEqual([place, 400]);
  }
});
