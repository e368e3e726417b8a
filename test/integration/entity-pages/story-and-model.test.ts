import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renamed } from '../../support/agreement.js';
import { exclude, renamedRules } from '../../support/exclusions.js';
import { NO_RULES } from '../../support/model/exclusions.js';
import { Model, type ExclusionRules, type WireEvent } from '../../support/model/model.js';
import { ORGS } from '../../support/model/pools.js';
import { rulesArb } from '../../support/model/random-rules.js';
import { teamHistoryArb } from '../../support/model/random-teams.js';
import { dayOf, dayText, useZone } from '../../support/model/time.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';
import { expectTheModelsStory } from '../../support/story-agreement.js';

/** The clock of this zone repeats an hour before midnight in October. */
const ZONE = 'Asia/Beirut';
const HISTORIES = Number(process.env['PROPERTY_RUNS'] ?? 4);

interface Drawn {
  history: WireEvent[];
  rules: ExclusionRules;
}

let service: TestService;
let drawn: Drawn[];
beforeAll(async () => {
  useZone(ZONE, 'sunday');
  const settings = { REPORT_TIME_ZONE: ZONE, WEEK_START: 'sunday', REPORT_CRON: NEVER };
  service = await startTestService(settings);
  const arb = fc.record({
    history: teamHistoryArb({ today: dayText(dayOf(Date.now())), maxEvents: 90 }),
    rules: rulesArb,
  });
  drawn = fc.sample(arb, { numRuns: HISTORIES, seed: 23 }).map(({ history, rules }, index) => ({
    history: history.map((event) => renamed(event, `${index}~`)),
    rules: renamedRules(rules, `${index}~`),
  }));
  for (const { history } of drawn) await service.api.ingest(history);
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
