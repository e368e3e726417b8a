import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dayBefore, renamed } from '../../support/agreement.js';
import { deliver, deliveryArb } from '../../support/deliveries.js';
import { dayAfter, expectTheModelsEngagement } from '../../support/engagement-agreement.js';
import { exclude, renamedRules } from '../../support/exclusions.js';
import { NO_RULES } from '../../support/model/exclusions.js';
import { Model, type ExclusionRules, type WireEvent } from '../../support/model/model.js';
import { rulesArb } from '../../support/model/random-rules.js';
import { whereArb } from '../../support/model/random-segments.js';
import { teamHistoryArb } from '../../support/model/random-teams.js';
import { TRAIT_LISTS, TRAIT_SETTINGS } from '../../support/model/random-traits.js';
import { DEFAULT_SETTINGS } from '../../support/model/settings.js';
import { DAY_MS, dayOf, dayText, useZone } from '../../support/model/time.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 3);
const SETTINGS = { ...DEFAULT_SETTINGS, traits: TRAIT_LISTS };
/** A zone that skipped this date. */
const [ZONE, SKIPPED] = ['Pacific/Apia', '2011-12-30'] as const;
const SUBJECTS = ['user', 'org'] as const;
const CHARTS = '/api/insights/v1/charts';

let service: TestService;
const known: WireEvent[] = [];
let rules: ExclusionRules = NO_RULES;

beforeAll(async () => {
  useZone(ZONE, 'saturday');
  const zone = { REPORT_TIME_ZONE: ZONE, WEEK_START: 'saturday', REPORT_CRON: NEVER };
  service = await startTestService({ ...TRAIT_SETTINGS, ...zone });
  const histories = fc.record({
    delivery: deliveryArb(teamHistoryArb({ today: dayBefore(0), maxEvents: 100 })),
    rules: rulesArb,
  });
  for (const [index, drawn] of fc.sample(histories, { numRuns: RUNS, seed: 31 }).entries()) {
    const own = (event: WireEvent) => renamed(event, `${index}~`);
    await deliver(service.api, drawn.delivery.sent.map(own), drawn.delivery);
    known.push(...drawn.delivery.history.map(own));
    rules = renamedRules(drawn.rules, `${index}~`);
  }
  const early = known.slice(0, 150).map(moved);
  await service.api.ingest(early);
  known.push(...early);
  await service.chartsAreFresh();
}, 120_000);
afterAll(() => service.close());

/** The event at the time of the date that the zone skipped, of a user and an org of its own. */
function moved(event: WireEvent): WireEvent {
  const shift = Date.parse(SKIPPED) + 20 * DAY_MS - Date.parse(dayBefore(0));
  const time = (text: string) => new Date(Date.parse(text) + shift).toISOString();
  const { created_at: _, ...data } = renamed(event, 'early~').data;
  return { ...renamed(event, 'early~'), time: time(event.time), data };
}

const today = () => dayText(dayOf(Date.now()));
const ranges = () => [
  { start: dayAfter(today(), -75), end: dayAfter(today(), 12), today: today() },
  { start: dayAfter(SKIPPED, -40), end: dayAfter(SKIPPED, 25), today: today() },
];

describe('engagement charts and the lists behind them equal the model', () => {
  test.each(SUBJECTS)('of all %ss, also around a date that the zone skipped', async (subject) => {
    const model = new Model(known, SETTINGS);
    const population = { subject, where: [], segment: {} };
    for (const range of ranges())
      await expectTheModelsEngagement(service.api, model, population, range);
  });

  test.each(SUBJECTS)('of %ss of segments, with and without exclusions', async (subject) => {
    const model = new Model(known, SETTINGS);
    const wheres = fc.sample(whereArb(subject), { numRuns: RUNS - 1, seed: 32 });
    const [range] = ranges();
    const segments = [
      { where: [], segment: {} },
      ...wheres.map((where) => ({ where, segment: { where } })),
    ];
    await exclude(service.api, rules);
    const now = model.without(rules);
    for (const segment of segments)
      await expectTheModelsEngagement(service.api, now, { subject, ...segment }, range!);
    await exclude(service.api, NO_RULES);
    const last = { subject, ...segments.at(-1)! };
    await expectTheModelsEngagement(service.api, model, last, range!);
  });
});

test('a list as CSV has the rows of its pages', async () => {
  const query = `subject=user&cadence=Monthly&period=${today()}`;
  const { body } = await service.api.get<{ rows: { user_id: string }[]; listed_count: number }>(
    `${CHARTS}/lifecycle/subjects?${query}&page_size=100`,
  );
  const { body: csv, headers } = await service.api.get<string>(
    `${CHARTS}/lifecycle/subjects/csv?${query}`,
  );
  const lines = csv.replace(/^\ufeff/, '').split('\r\n');
  expect(lines[0]).toBe('user_id,email,username,first_name,last_name,user_created_at_utc');
  expect(lines.slice(1, -1)).toHaveLength(body.listed_count);
  expect(body.listed_count).toBeGreaterThan(0);
  expect(headers.get('content-disposition')).toMatch(/filename="users-monthly-active-.*\.csv"/);
});

describe('a request that cannot be answered', () => {
  test.each([
    ['rolling?days=2', 'days', 'must be one of 1, 7, 30'],
    ['rolling?subject=team', 'subject', 'must be one of user, org'],
    ['rolling?start_date=2025-02-01&end_date=2025-01-01', 'start_date', 'must not be after'],
    ['stickiness?start_date=2000-01-01', 'start_date', 'at most 1100 periods'],
    ['lifecycle?cadence=Yearly', 'cadence', 'must be one of Daily'],
    ['retention?start_date=soon', 'start_date', 'must be a day such as'],
    ['frequency?where=[["trait.x"]]', 'where.0', '[key, operator]'],
    ['frequency?subject=org&where=[["role","is","Owner"]]', 'where', 'organizations'],
    ['lifecycle/subjects', 'period', 'must be a day'],
    ['lifecycle/subjects?period=2025-01-01&part=old', 'part', 'must be one of active'],
    ['retention/subjects', 'cohort', 'must be a day'],
    ['retention/subjects?cohort=2025-01-01&state=active', 'state', 'needs the parameter period'],
    ['retention/subjects?cohort=2025-01-02&period=2025-01-01', 'period', 'before the cohort'],
    ['retention/subjects?cohort=2025-01-01&period=2025-01-14', 'period', 'at most 12 periods'],
    ['retention/subjects?cohort=2999-01-01&period=2999-01-01', 'period', 'after today'],
  ])('%s', async (path, field, text) => {
    const { status, body } = await service.api.get<Record<string, unknown>>(`${CHARTS}/${path}`);
    const errors = body['errors'] as Record<string, string[]>;
    expect([status, Object.keys(errors)]).toEqual([400, [field]]);
    expect(errors[field]!.join()).toContain(text);
  });

  test('for an unknown chart, names the charts', async () => {
    const { status, body } = await service.api.get(`${CHARTS}/rollings`);
    expect([status, JSON.stringify(body)]).toEqual([404, expect.stringContaining('retention')]);
  });
});
