import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EVENT_TYPES, personShapes, type PersonExport, type Segment } from '#libs/contracts';
import { dayBefore, renamed } from '../../support/agreement.js';
import { Api, waitFor } from '../../support/api.js';
import { ask, cloneDatabase, dropDatabase } from '../../support/database.js';
import { deliver, deliveryArb } from '../../support/deliveries.js';
import { exclude, exclusionsNow, renamedRules } from '../../support/exclusions.js';
import { Imports, lines as ndjson, printedCount } from '../../support/imports.js';
import { plantKey } from '../../support/keys.js';
import { NO_RULES } from '../../support/model/exclusions.js';
import { ORGS, USERS } from '../../support/model/pools.js';
import { active, userCreated } from '../../support/model/fixtures/builders.js';
import { historyArb } from '../../support/model/histories.js';
import { rulesArb } from '../../support/model/random-rules.js';
import { whereArb } from '../../support/model/random-segments.js';
import { teamHistoryArb } from '../../support/model/random-teams.js';
import { TRAIT_SETTINGS } from '../../support/model/random-traits.js';
import { runInsightd } from '../../support/processes.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  expectEqualCharts,
  expectEqualIndexes,
  expectEqualPages,
  expectEqualRuns,
  type Two,
} from '../../support/store-agreement.js';

/** Random histories in the exported store. */
const HISTORIES = Number(process.env['PROPERTY_RUNS'] ?? 4);
const ZONE = 'America/New_York';
const RECORD_TYPES = [
  'store',
  'identity',
  'erased_domain',
  'exclusions',
  'segment',
  'subscription',
  'end',
].map((name) => `insightd.${name}`);
const SETTINGS = { ...TRAIT_SETTINGS, REPORT_CRON: NEVER };

let service: TestService;
let other: TestService;
let imports: Imports;
beforeAll(async () => {
  const start = () => startTestService({ ...SETTINGS, REPORT_TIME_ZONE: ZONE });
  [service, other] = await Promise.all([start(), start()]);
  imports = await Imports.into(other.databaseUrl, TRAIT_SETTINGS);
});
afterAll(async () => {
  await Promise.all([service.close(), other.close()]);
  await imports.remove();
});

const insightd = (url: string, ...args: string[]) =>
  runInsightd(args, { DATABASE_URL: url, ...TRAIT_SETTINGS });

/** Exports a store to a file of the folder. @returns its lines */
async function exported(url: string, name: string): Promise<string[]> {
  const { code, stderr } = await insightd(url, 'export', 'store', '--file', imports.path(name));
  expect([code, stderr]).toEqual([0, expect.stringContaining('lines are exported')]);
  const text = await imports.read(name);
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

const cases = fc.record({
  delivery: fc.oneof(
    deliveryArb(teamHistoryArb({ today: dayBefore(0), maxEvents: 90 })),
    deliveryArb(historyArb({ today: dayBefore(0), maxEvents: 120 })),
  ),
  rules: rulesArb,
  user: whereArb('user'),
  org: whereArb('org'),
});

test(
  'a store that imports the export of another one has its reports, index, charts, pages, rules and segments',
  async () => {
    const drawn = fc.sample(cases, {
      numRuns: HISTORIES,
      ...(process.env['PROPERTY_RUNS'] === undefined && { seed: 22 }),
    });
    const rules = structuredClone(NO_RULES) as Record<keyof typeof NO_RULES, string[]>;
    const ids: Record<'user' | 'org', string[]> = { user: ['first~first'], org: [] };
    await activityOfTheFirstDay(service);
    for (const [index, one] of drawn.entries()) {
      const prefix = `${index}~`;
      const sent = one.delivery.sent.map((event) => renamed(event, prefix));
      await deliver(service.api, sent, one.delivery);
      const own = renamedRules(one.rules, prefix);
      for (const list of ['user_ids', 'org_ids'] as const) rules[list].push(...own[list]);
      if (index === 0) rules.email_domains.push(...own.email_domains);
      ids.user.push(...USERS.map((id) => prefix + id));
      ids.org.push(...ORGS.map((id) => prefix + id));
      for (const subject of ['user', 'org'] as const) {
        const name = `${subject} segment ${index}`;
        await service.api.post('/api/insights/v1/segments', { name, subject, where: one[subject] });
      }
    }
    for (const target of [
      { kind: 'webhook', url: 'https://example.com/hook' },
      { kind: 'email', to: ['ann@example.com'] },
    ]) {
      const where: never[] = [];
      await service.api.post('/api/insights/v1/subscriptions', {
        ...{ name: target.kind, report: 'org/churn', interval: '30', paused: true, target },
        ...{
          schedule: { weekly: 'monday', at: '09:00' },
          ...(target.kind === 'email' && { where }),
        },
      });
    }
    await exclude(service.api, rules);
    const lines = await exported(service.databaseUrl, 'a.ndjson');
    // The histories have facts of every kind.
    const types = new Set(lines.map((line) => (JSON.parse(line) as { type: string }).type));
    expect([...types].sort()).toEqual([...RECORD_TYPES, ...EVENT_TYPES].sort());
    const { code, stderr, ...ended } = await imports.run('ndjson', 'a.ndjson');
    expect([code, stderr]).toEqual([0, '']);
    expect(printedCount({ code, stderr, ...ended }, 'lines')).toBe(lines.length);

    const again = await exported(other.databaseUrl, 'b.ndjson');
    expect(again.toSorted()).toEqual(lines.toSorted());

    const both: Two = [service.api, other.api];
    await Promise.all([service.chartsAreFresh(), other.chartsAreFresh()]);
    await expectEqualRuns(both, [dayBefore(31, ZONE), dayBefore(1, ZONE), undefined]);
    await expectEqualCharts(both);
    await expectEqualPages(both, ids);
    await expectTheSameRulesAndSegments(both);
    // Rules about erased users find them by the hashes of their domains.
    for (const domains of [['*.example.com', 'example.org'], ['example.com']]) {
      for (const api of both) await exclude(api, { ...NO_RULES, email_domains: domains });
      await expectEqualRuns(both, [dayBefore(2, ZONE)]);
      const [one, two] = await Promise.all(both.map((api) => exclusionsNow(api)));
      expect(two!.excluded).toEqual(one!.excluded);
    }
    await expectNothingCountsTwice(lines);
  },
  15 * 60_000,
);

/** Folded, so that only the day is known. In this time zone it begins before 1970, which cannot be imported. */
async function activityOfTheFirstDay({ api, databaseUrl }: TestService): Promise<void> {
  const first = [
    userCreated('first', dayBefore(40)),
    ...active('first', '1970-01-01 02:00', dayBefore(3)),
  ];
  await api.ingest(first.map((event) => renamed(event, 'first~')));
  await waitFor(async () => (await ask(databaseUrl, 'select from activity_log')).length === 0);
}

async function expectTheSameRulesAndSegments(both: Two): Promise<void> {
  const [one, two] = await Promise.all(both.map((api) => exclusionsNow(api)));
  expect({ ...two!, version: 0 }).toEqual({ ...one!, version: 0 });
  const listed = await Promise.all(
    both.map((api) => api.get<{ segments: Segment[] }>('/api/insights/v1/segments')),
  );
  expect(listed[1]!.body).toEqual(listed[0]!.body);
  for (const { id, subject } of listed[0]!.body.segments) {
    await expectEqualIndexes(both, subject, undefined, `segment=${id}`);
  }
}

async function expectNothingCountsTwice(lines: readonly string[]): Promise<void> {
  for (const api of [service.api, other.api]) await exclude(api, NO_RULES);
  const events = lines.filter((line) => !line.startsWith('{"type":"insightd.exclusions"'));
  const end = { type: 'insightd.end', data: { lines: events.length } };
  events[events.length - 1] = JSON.stringify(end);
  await imports.write('again.ndjson', `${events.join('\n')}\n`);
  expect(await imports.run('ndjson', 'again.ndjson')).toMatchObject({ code: 0, stderr: '' });
  const after = await exported(other.databaseUrl, 'c.ndjson');
  expect(after.toSorted()).toEqual(events.toSorted());
}

test('stores with another time zone or another key refuse an export', async () => {
  const header = (data: object) => ({
    type: 'insightd.store',
    data: { format: 1, time_zone: 'UTC', hash_key: { fingerprint: '0'.repeat(32) }, ...data },
  });
  const user = {
    ...{ type: 'user.created', id: 'x', source: 's', time: '2026-01-02T03:04:05.678Z' },
    data: { user_id: 'never', created_at: '2026-01-02T03:04:05.678Z' },
  };
  const end = { type: 'insightd.end', data: { lines: 3 } };
  const url = await cloneDatabase();
  const into = await Imports.into(url, TRAIT_SETTINGS);
  const importing = async (events: object[]) => {
    await into.write('x.ndjson', ndjson(events));
    const { code, stderr } = await into.run('ndjson', 'x.ndjson');
    return [code, stderr.trim()];
  };
  // The hash key comes first: nothing is written, not even the key.
  expect(await importing([header({}), user, end])).toEqual([
    1,
    expect.stringContaining('another key'),
  ]);
  expect(await ask(url, 'select from user_ids union all select from instance')).toEqual([]);
  const key = 'ab'.repeat(32);
  expect(
    await importing([header({ hash_key: { fingerprint: '0'.repeat(32), key } }), user, end]),
  ).toEqual([1, expect.stringContaining('another key')]);
  await into.remove();
  await dropDatabase(url);
  // The other store has its days in New York.
  await imports.write('utc.ndjson', ndjson([header({}), user, end]));
  const { code, stderr } = await imports.run('ndjson', 'utc.ndjson');
  expect([code, stderr]).toEqual([1, expect.stringContaining(`and this one in ${ZONE}`)]);
});

test('the API does not accept the lines of an export', async () => {
  const hashed = {
    ...{ type: 'user.invited_to_org', id: 'h', source: 's', time: '2026-01-02T03:04:05Z' },
    data: { inviter_user_id: 'x', invitee_hash: '0'.repeat(32) },
  };
  const records = [{ type: 'insightd.store', id: 'r', data: {} }, hashed];
  const { status, body } = await service.api.post<{ rejected: unknown[] }>(
    '/api/ingest/v1/events',
    records,
  );
  expect([status, body.rejected.length]).toEqual([400, 2]);
});

test('a failed export leaves no file of its name', async () => {
  const path = imports.path('failed.ndjson');
  const unknown = await insightd(
    service.databaseUrl,
    'export',
    'person',
    'no such user',
    '--file',
    path,
  );
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('No user with this id'),
  ]);
  expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
  expect((await stat(imports.path('a.ndjson'))).mode & 0o777).toBe(0o600);
});

test('a person’s data: facts, exclusions, invites, rejected events; of a deleted user, what is left', async () => {
  const { api } = service;
  const event = (n: number, type: string, data: object, time = `2026-01-0${n}T12:00:00.000Z`) => ({
    ...{ id: `person ${n}`, source: 'p', type, time, data: { user_id: 'p~1', ...data } },
  });
  await api.ingest([
    event(1, 'user.created', {
      email: 'Pat@Person.example',
      first_name: 'Pat',
      traits: { plan: 'pro' },
    }),
    event(2, 'user.updated', { username: 'pat', first_name: null }),
    event(3, 'user.added_to_org', { org_id: 'p~o', role: 'Owner' }),
    event(4, 'user.active', { org_id: 'p~o' }),
    event(5, 'user.removed_from_org', { org_id: 'p~o' }),
    event(6, 'user.invited_to_org', {
      ...{ user_id: undefined, inviter_user_id: 'p~1', invitee_email: 'friend@example.net' },
    }),
    event(7, 'user.invited_to_org', {
      ...{
        user_id: undefined,
        inviter_user_id: 'p~2',
        invitee_email: ' pat@person.EXAMPLE',
        org_id: 'p~o',
      },
    }),
  ]);
  const wrong = { id: 'w', type: 'user.updated', data: { user_id: 'p~1', username: 7 } };
  await api.post('/api/ingest/v1/events', [wrong, { ...wrong, id: 'w2', data: { user_id: 'q' } }]);
  await exclude(api, { ...NO_RULES, email_domains: ['person.example'], user_ids: ['p~1'] });
  const read = async (key = api.key, id = 'p~1') => {
    const path = `/api/insights/v1/users/${encodeURIComponent(id)}/export`;
    return new Api(api.origin, key).get<PersonExport>(path);
  };
  const { status, body } = await read();
  expect([status, personShapes.personExport.safeParse(body).error]).toEqual([200, undefined]);
  const from = (n: number) => ({
    at: Date.parse(`2026-01-0${n}T12:00:00Z`) / 1000,
    event_id: `person ${n}`,
    source: 'p',
  });
  const at = (n: number) => from(n).at;
  expect(body).toEqual({
    ...{ user_id: 'p~1', exported_at: expect.any(Number), time_zone: ZONE, state: 'existing' },
    ...{ note: null, created_at: at(1), deleted: null, erased_email: null, pending_fetches: [] },
    profile: [
      { field: 'email', value: 'Pat@Person.example', ...from(1) },
      { field: 'username', value: 'pat', ...from(2) },
      { field: 'first_name', value: null, ...from(2) },
    ],
    traits: [{ key: 'plan', value: 'pro', ...from(1) }],
    last_active_at: at(4),
    active_days: [
      { day: '2026-01-01', org_ids: [] },
      { day: '2026-01-04', org_ids: ['p~o'] },
    ],
    memberships: [
      {
        ...{ org_id: 'p~o', org_name: null },
        steps: [
          { kind: 'added', role: 'Owner', ...from(3) },
          { kind: 'removed', role: null, ...from(5) },
        ],
        spans: [{ from: at(3), is_start_known: true, to: at(5), role: 'Owner' }],
      },
    ],
    exclusion: { excluded: true, email_domains: ['person.example'], user_ids: ['p~1'] },
    invites_received: [{ at: at(7), org_id: 'p~o', inviter_user_id: 'p~2' }],
    invites_sent: [
      { at: at(6), org_id: null, invitee_hash: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ],
    dead_letters: [
      expect.objectContaining({ event_id: 'w', body: expect.stringContaining('p~1') }),
    ],
  });

  const printed = await insightd(service.databaseUrl, 'export', 'person', 'p~1');
  const { exported_at: _, ...same } = body;
  expect([printed.code, JSON.parse(printed.stdout)]).toEqual([0, expect.objectContaining(same)]);

  const reader = await plantKey(service.databaseUrl, 'reader', 'read');
  expect((await read(reader)).status).toBe(403);
  expect((await read(api.key, 'no such user')).status).toBe(404);
  expect((await read(api.key, 'p~2')).body).toMatchObject({ state: 'mentioned', created_at: null });

  await api.ingest([event(8, 'user.deleted', {})]);
  const erased = (await read()).body;
  expect(JSON.stringify(erased)).not.toMatch(/pat/i);
  expect(erased).toMatchObject({
    ...{ state: 'deleted', profile: [], traits: [], dead_letters: [], deleted: from(8) },
    note: expect.stringContaining('deleted'),
    erased_email: {
      domain: expect.stringMatching(/^[0-9a-f]{32}$/),
      parent_domains: [],
      ...from(1),
    },
    active_days: body.active_days,
  });
  await exclude(api, NO_RULES);
});
