import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renamed } from '../../support/agreement.js';
import { exclude, renamedRules } from '../../support/exclusions.js';
import { NO_RULES } from '../../support/model/exclusions.js';
import { Model, type ExclusionRules, type WireEvent } from '../../support/model/model.js';
import { ORGS } from '../../support/model/pools.js';
import { rulesArb } from '../../support/model/random-rules.js';
import { teamHistoryArb } from '../../support/model/random-teams.js';
import { dayFromText, dayOf, dayText, useZone } from '../../support/model/time.js';
import { runInsightd } from '../../support/processes.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, testSettings, type TestService } from '../../support/service.js';
import {
  backtestDays,
  expectTheModelsBacktests,
  expectTheModelsStory,
} from '../../support/story-agreement.js';

/** The clock of this zone repeats an hour before midnight in October. */
const ZONE = 'Asia/Beirut';
const HISTORIES = Number(process.env['PROPERTY_RUNS'] ?? 4);

interface Drawn {
  history: WireEvent[];
  rules: ExclusionRules;
}

let service: TestService;
let drawn: Drawn[];
/** Histories in which users are active up to the latest day of a backtest: their orgs churn. */
let quiet: WireEvent[];
const isEarly = ({ type, time }: WireEvent) =>
  type !== 'user.active' || dayOf(Date.parse(time)) <= dayFromText(backtestDays()[0]!);
const insightd = (...args: string[]) =>
  runInsightd(args, { ...testSettings(service.databaseUrl), WEEK_START: 'sunday' });
beforeAll(async () => {
  useZone(ZONE, 'sunday');
  const settings = { REPORT_TIME_ZONE: ZONE, WEEK_START: 'sunday', REPORT_CRON: NEVER };
  service = await startTestService(settings);
  const arb = fc.record({
    // In UTC, whose day is never ahead of the zone's: no event may be in the future.
    history: teamHistoryArb({ today: new Date().toISOString().slice(0, 10), maxEvents: 90 }),
    rules: rulesArb,
  });
  drawn = fc.sample(arb, { numRuns: HISTORIES, seed: 23 }).map(({ history, rules }, index) => ({
    history: history.map((event) => renamed(event, `${index}~`)),
    rules: renamedRules(rules, `${index}~`),
  }));
  quiet = fc
    .sample(arb, { numRuns: 3, seed: 24 })
    .flatMap(({ history }, index) =>
      history.filter(isEarly).map((event) => renamed(event, `quiet ${index}~`)),
    );
  for (const history of [...drawn.map((one) => one.history), quiet])
    await service.api.ingest(history);
});
afterEach(() => exclude(service.api, NO_RULES));
afterAll(() => service.close());

test('the health of an org over time and its changes of lists equal the model, also with exclusions', async () => {
  const seen = new Set<string>();
  for (const [index, { history, rules }] of drawn.entries()) {
    for (const one of [NO_RULES, rules]) {
      await exclude(service.api, one);
      const [all, model] = [new Model(history), new Model(history).without(one)];
      for (const id of ORGS.map((org) => `${index}~${org}`)) {
        if (all.isExcluded(one, 'org', id)) continue;
        const story = await expectTheModelsStory(service.api, model, id);
        for (const { report, change } of story?.list_changes ?? []) seen.add(`${report} ${change}`);
        for (const { health } of story?.health_over_time ?? [])
          seen.add(health ? 'healthy' : 'young');
      }
    }
  }
  expect([...seen]).toEqual(
    expect.arrayContaining([
      ...['healthy', 'young', 'churn entered', 'churn left', 'slipping entered', 'slipping left'],
      ...['champion_lost entered', 'owner_lost entered', 'owner_lost left'],
    ]),
  );
});

test('backtests equal the model, in the API and on the command line, also with exclusions', async () => {
  const model = new Model([...drawn.flatMap(({ history }) => history), ...quiet]);
  const seen = await expectTheModelsBacktests(service.api, model, backtestDays());
  expect(Math.min(seen.churned, seen.kept)).toBeGreaterThan(0);
  const [latest] = backtestDays() as [string];
  const byDefault = await service.api.get('/api/insights/v1/health/backtest');
  expect(byDefault.body).toEqual(model.backtest(latest));
  const rules = {
    ...NO_RULES,
    user_ids: drawn.flatMap(({ rules: { user_ids } }) => user_ids),
    org_ids: drawn.flatMap(({ rules: { org_ids } }) => org_ids),
    email_domains: ['example.com'],
  };
  await exclude(service.api, rules);
  const without = model.without(rules);
  await expectTheModelsBacktests(service.api, without, backtestDays().slice(0, 1));
  const printed = await insightd('backtest', '--as-of', latest, '--json');
  expect([printed.code, JSON.parse(printed.stdout)]).toEqual([0, without.backtest(latest)]);
});

test('a day whose 30 days after are not over is refused, naming the latest possible day', async () => {
  const [latest] = backtestDays() as [string];
  const next = dayText(dayFromText(latest) + 1);
  const asked = (day: string) =>
    service.api.get<{ detail: string }>(`/api/insights/v1/health/backtest?as_of=${day}`);
  for (const day of [next, '2999-01-01']) {
    const { status, body } = await asked(day);
    expect([day, status]).toEqual([day, 400]);
    expect(body.detail).toContain(latest);
  }
  expect((await asked('soon')).status).toBe(400);
  const { status } = await fetch(`${service.origin}/api/insights/v1/health/backtest`);
  expect(status).toBe(401);
  const refused = await insightd('backtest', '--as-of', next);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(latest)]);
});

test('the command prints a table and proposes weights without changing anything', async () => {
  const [latest] = backtestDays() as [string];
  const { stdout } = await insightd('backtest');
  expect(stdout).toContain(`Health as of ${latest}:`);
  expect(stdout).toMatch(/^recency +\d\.\d{3} {2}baseline$/m);
  const fit = await insightd('backtest', '--fit', '--days', '3');
  expect([fit.code, fit.stdout]).toEqual([0, expect.stringContaining('Out of sample')]);
  expect(fit.stdout).toMatch(/^current +40,25,20,15 +\d\.\d{3} +\d\.\d{3}$/m);
  expect(fit.stdout).toContain('Too few organizations churned');
  for (const bad of [
    ['--days', '3'],
    ['--as-of', 'soon'],
  ])
    expect([bad, (await insightd('backtest', ...bad)).code]).toEqual([bad, 1]);
});
