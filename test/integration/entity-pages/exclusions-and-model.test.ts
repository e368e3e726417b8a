import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  dayBefore,
  expectTheModelsReports,
  modelCharts,
  readCharts,
  renamed,
  withoutOwnIds,
} from '../../support/agreement.js';
import { deliver, deliveryArb } from '../../support/deliveries.js';
import {
  exclude,
  exclusionsNow,
  expectTheAnswersWithout,
  renamedRules,
  withoutOrgs,
  type SubjectIds,
} from '../../support/exclusions.js';
import { NO_RULES } from '../../support/model/exclusions.js';
import { LONG_AGO } from '../../support/model/fixtures/queries.js';
import {
  active,
  added,
  buildEvent,
  deleted,
  invited,
  orgCreated,
  userCreated,
} from '../../support/model/fixtures/builders.js';
import { Model, RANKINGS, type ExclusionRules, type WireEvent } from '../../support/model/model.js';
import { ORGS, USERS } from '../../support/model/pools.js';
import { rulesArb } from '../../support/model/random-rules.js';
import { teamHistoryArb } from '../../support/model/random-teams.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 3);
const NOW = undefined;
const YESTERDAY = dayBefore(1);

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ REPORT_CRON: NEVER });
});
afterAll(() => service.close());
afterEach(() => exclude(service.api, NO_RULES));

/** Every event that the store was sent, by all tests of this file. */
const known: WireEvent[] = [];
let count = 0;

async function expectTheStoreWithout(
  rules: ExclusionRules,
  ids: SubjectIds,
  days: readonly (string | undefined)[] = [YESTERDAY, NOW],
): Promise<void> {
  await service.chartsAreFresh();
  await expectTheAnswersWithout(service.api, known, rules, { ids, days });
}

/** Sends events of a scenario with ids of their own. @returns a function that renames ids */
async function send(events: readonly WireEvent[]): Promise<(id: string) => string> {
  const prefix = `${(count++).toString(36).padStart(3, '0')}~`;
  const sent = events.map((event) => renamed(event, prefix));
  known.push(...sent);
  await service.api.ingest(sent);
  await service.chartsAreFresh();
  return (id) => prefix + id;
}

const deliveries = fc.record({
  delivery: deliveryArb(teamHistoryArb({ today: dayBefore(0), maxEvents: 100 })),
  rules: rulesArb,
  then: rulesArb,
  place: fc.constantFrom<('before' | 'between' | 'after')[]>('before', 'between', 'after'),
});

test(
  'with rules set before, between or after the events, every answer is that of a store that was never sent them',
  async () => {
    const property = fc.asyncProperty(deliveries, async ({ delivery, place, ...drawn }) => {
      const prefix = `${(count++).toString(36).padStart(3, '0')}~`;
      const [rules, then] = [renamedRules(drawn.rules, prefix), renamedRules(drawn.then, prefix)];
      const ids = {
        users: USERS.map((id) => prefix + id),
        orgs: ORGS.map((id) => prefix + id),
      };
      const sent = delivery.sent.map((event) => renamed(event, prefix));
      const half = Math.floor(sent.length / 2);
      if (place === 'before') await exclude(service.api, rules);
      await deliver(service.api, sent.slice(0, half), delivery);
      if (place === 'between') await exclude(service.api, rules);
      await deliver(service.api, sent.slice(half), delivery);
      known.push(...delivery.history.map((event) => renamed(event, prefix)));
      if (place === 'after') await exclude(service.api, rules);
      await service.chartsAreFresh();
      await expectTheStoreWithout(rules, ids);
      await exclude(service.api, then);
      await expectTheStoreWithout(then, ids, [NOW]);
      await exclude(service.api, NO_RULES);
      await expectTheStoreWithout(NO_RULES, ids, [NOW]);
    });
    await fc.assert(property, { numRuns: RUNS, seed: 21, endOnFailure: true });
  },
  15 * 60_000,
);

const ago = dayBefore;
const domains = (...email_domains: string[]) => ({ ...NO_RULES, email_domains });

/** The number of users created on a day. */
async function signupsOf(day: string): Promise<number> {
  const path = `/api/backend/v1/chart_metrics/signups?start_date=${day}&end_date=${day}`;
  return (await service.api.get<{ metrics: { result: number }[] }>(path)).body.metrics[0]!.result;
}

describe('exclusions', () => {
  test('of an erased user’s domain still exclude it, also when the e-mail came after the deletion', async () => {
    const update = (user_id: string, when: string, email: string) =>
      buildEvent('user.updated', when, { user_id, email });
    const before = await signupsOf(ago(20));
    const id = await send([
      userCreated('gone', ago(20), { email: 'gone@Erased.Example' }),
      deleted('user', 'gone', ago(10)),
      userCreated('late', ago(20), { email: 'late@kept.example' }),
      deleted('user', 'late', ago(10)),
      update('late', ago(5), 'late@deep.sub.erased.example'),
      userCreated('stays', ago(20), { email: 'stays@kept.example' }),
    ]);
    const ids = { users: ['gone', 'late', 'stays'].map(id), orgs: [] };
    expect(await signupsOf(ago(20))).toBe(before + 3);
    for (const [rules, left] of [
      [domains('erased.example'), 2],
      [domains('*.erased.example'), 2],
      [domains('erased.example', '*.sub.erased.example'), 1],
      [domains('kept.example', 'sub.erased.example'), 2],
      [NO_RULES, 3],
    ] as const) {
      await exclude(service.api, rules);
      expect([rules, await signupsOf(ago(20))]).toEqual([rules, before + left]);
      await expectTheStoreWithout(rules, ids, [NOW]);
    }
  });

  test('follow an e-mail that changes its domain, out and in', async () => {
    const rules = domains('staff.example');
    await exclude(service.api, rules);
    const change = (email: string, minute: number) =>
      buildEvent('user.updated', `${ago(1)} 12:${minute}`, { user_id: 'mover', email });
    const events = [
      userCreated('mover', ago(60), { email: 'm@staff.example' }),
      ...active('mover', ago(40), ago(2)),
    ];
    const prefix = (await send(events))('');
    const ids = { users: [`${prefix}mover`], orgs: [] };
    const listed = async () => {
      await expectTheStoreWithout(rules, ids, [NOW]);
      const { rows } = await service.api.ranking('user', 'champion', '30');
      return rows.some((row) => row['user_id'] === ids.users[0]);
    };
    const move = async (email: string, minute: number) => {
      const event = renamed(change(email, minute), prefix);
      known.push(event);
      await service.api.ingest([event]);
      await service.chartsAreFresh();
    };
    expect(await listed()).toBe(false);
    await move('m@customer.example', 10);
    expect(await listed()).toBe(true);
    await move('M@STAFF.EXAMPLE', 20);
    expect(await listed()).toBe(false);
    // An earlier change that arrives late does not count.
    await move('m@customer.example', 15);
    expect(await listed()).toBe(false);
  });

  test('leave an org whose only active members are excluded: it is quiet and has no members', async () => {
    const id = await send([
      orgCreated('served', LONG_AGO),
      ...['s1', 's2'].flatMap((user) => [
        userCreated(user, LONG_AGO, { email: `${user}@agency.example` }),
        added(user, 'served', LONG_AGO, 'Owner'),
        ...active(user, ago(1), ago(3), ago(40)),
      ]),
      invited('s1', 'someone@customer.example', ago(2)),
    ]);
    const rules = domains('agency.example');
    await exclude(service.api, rules);
    await expectTheStoreWithout(rules, { users: ['s1', 's2'].map(id), orgs: [id('served')] });
    const { rows } = await service.api.ranking('org', 'churn', '7');
    expect(rows.find((row) => row['org_id'] === id('served'))).toMatchObject({ num_users: 0 });
  });

  test('may name ids that are not known yet', async () => {
    const prefix = `${count.toString(36).padStart(3, '0')}~`;
    const rules = {
      ...NO_RULES,
      user_ids: [`${prefix}new`, `${prefix}never`],
      org_ids: [`${prefix}org`],
    };
    const { excluded } = await exclude(service.api, rules);
    expect(excluded).toEqual({ users: 0, orgs: 0 });
    const id = await send([
      userCreated('new', ago(10)),
      orgCreated('org', ago(90)),
      userCreated('other', ago(80)),
      added('other', 'org', ago(80)),
      added('new', 'org', ago(9)),
      buildEvent('user.active', ago(2), { user_id: 'other', org_id: 'org' }),
    ]);
    expect(id('new')).toBe(`${prefix}new`);
    expect((await exclusionsNow(service.api)).excluded).toEqual({ users: 1, orgs: 1 });
    await expectTheStoreWithout(rules, { users: [id('new'), id('other')], orgs: [id('org')] });
  });

  test('of all users leave nothing, and removing them restores every number', async () => {
    const everything = new Model(known);
    const ids = (field: string) => [
      ...new Set(known.map(({ data }) => data[field]).filter((id) => typeof id === 'string')),
    ];
    const rules = {
      ...NO_RULES,
      user_ids: [...new Set([...ids('user_id'), ...ids('inviter_user_id')])],
      org_ids: ids('org_id'),
    };
    await exclude(service.api, rules);
    await expectTheStoreWithout(rules, { users: [], orgs: [] });
    const run = await service.api.run();
    for (const [subject, report, interval] of RANKINGS) {
      const { total_count } = await service.api.ranking(subject, report, interval);
      expect([subject, report, interval, total_count]).toEqual([subject, report, interval, 0]);
    }
    expect(Object.values(run.row_counts!).every((rows) => rows === 0)).toBe(true);
    await exclude(service.api, NO_RULES);
    await expectTheStoreWithout(NO_RULES, { users: [], orgs: [] });
    await expectTheModelsReports(service.api, everything, [YESTERDAY]);
  });

  test('do not change earlier runs: their totals stay, and rows of those excluded are not shown', async () => {
    const { run_id: runId } = await service.api.run();
    const read = (subject: 'user' | 'org', report: string, interval: string) =>
      service.api.ranking(subject, report, interval, { runId });
    const before = new Map<string, Awaited<ReturnType<typeof read>>>();
    for (const ranking of RANKINGS) before.set(ranking.join(), await read(...ranking));
    const rules = {
      ...domains('example.com', '*.example.com'),
      org_ids: ORGS.map((id) => `000~${id}`),
    };
    await exclude(service.api, rules);
    const model = new Model(known);
    for (const ranking of RANKINGS) {
      const [subject] = ranking;
      const earlier = before.get(ranking.join())!;
      const shown = earlier.rows
        .filter((row) => !model.isExcluded(rules, subject, String(row[`${subject}_id`])))
        .map((row) => withoutOrgs(row, rules.org_ids));
      const now = await read(...ranking);
      expect([ranking, now.total_count, now.rows.map(withoutOwnIds)]).toEqual([
        ...[ranking, earlier.total_count, shown.map(withoutOwnIds)],
      ]);
    }
  });

  test('apply to charts and pages at once', async () => {
    const id = await send([
      ...[orgCreated('firm', ago(90)), userCreated('boss', ago(90), { email: 'b@firm.example' })],
      ...[added('boss', 'firm', ago(80)), ...active('boss', ago(1), ago(2))],
    ]);
    const all = new Model(known);
    for (const rules of [domains('firm.example'), NO_RULES]) {
      await exclude(service.api, rules);
      const model = all.without(rules);
      const [charts, { body: page }] = await Promise.all([
        readCharts(service.api),
        service.api.get<{ num_users: number }>(
          `/api/insights/v1/orgs/${encodeURIComponent(id('firm'))}`,
        ),
      ]);
      expect(page.num_users).toBe(model.org(id('firm')).members.length);
      expect(charts).toEqual(modelCharts(model));
    }
  });

  test('have a version, raised by real changes only', async () => {
    const { version } = await exclusionsNow(service.api);
    const rules = { email_domains: ['B.example', 'a.example'], user_ids: ['x'], org_ids: ['y'] };
    const once = await exclude(service.api, rules);
    expect(once).toMatchObject({ version: version + 1, user_ids: ['x'], org_ids: ['y'] });
    expect([...once.email_domains].sort()).toEqual(['a.example', 'b.example']);
    const again = { ...rules, email_domains: ['a.example', 'b.example', 'A.EXAMPLE'] };
    expect((await exclude(service.api, again)).version).toBe(version + 1);
    expect((await exclude(service.api, NO_RULES)).version).toBe(version + 2);
    for (const bad of ['*.com', '*', '*.', 'a@b.example', '', 'a.*.example']) {
      const { status } = await service.api.put('/api/admin/v1/exclusions', domains(bad));
      expect([bad, status]).toEqual([bad, 400]);
    }
    expect((await exclusionsNow(service.api)).version).toBe(version + 2);
  });
});
