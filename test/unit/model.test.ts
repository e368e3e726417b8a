/**
 * The reference model, checked against answers computed by hand from docs/semantics.md, one
 * subject per file; and the random histories, checked against their guarantees.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import '../support/model/fixtures/charts.js';
import '../support/model/fixtures/engagement.js';
import '../support/model/fixtures/exclusions.js';
import '../support/model/fixtures/health.js';
import '../support/model/fixtures/identities.js';
import '../support/model/fixtures/index-rows.js';
import '../support/model/fixtures/memberships.js';
import '../support/model/fixtures/named-activity.js';
import '../support/model/fixtures/org-reports.js';
import '../support/model/fixtures/segments.js';
import '../support/model/fixtures/user-reports.js';
import '../support/model/fixtures/users.js';
import '../support/model/fixtures/warnings.js';
import { historyArb } from '../support/model/histories.js';
import { Model, RANKINGS, type WireEvent } from '../support/model/model.js';

const TODAY = '2026-03-31';
const TODAY_MS = Date.parse(`${TODAY}T00:00:00Z`);

function answers(events: readonly WireEvent[]): unknown[] {
  const model = new Model(events);
  const moments = [1, 8, 31].map((daysAgo) => TODAY_MS / 1000 - (daysAgo - 1) * 86_400 - 1);
  const charts = (['signups', 'orgs_created', 'active_users', 'active_orgs'] as const).map(
    (metric) => model.chart(metric, 'Weekly', '2025-09-01', TODAY, TODAY),
  );
  const reports = moments.flatMap((at) => RANKINGS.map((ranking) => model.report(...ranking, at)));
  return [...charts, ...reports];
}

describe('random histories', () => {
  test('have events before today only, each with a unique identity', () => {
    const before = (time: unknown) =>
      (typeof time === 'number' ? time * 1000 : Date.parse(String(time))) < TODAY_MS;
    fc.assert(
      fc.property(historyArb({ today: TODAY, maxEvents: 60 }), (events) => {
        expect(events.length).toBeLessThanOrEqual(60);
        expect(events.every(({ time }) => before(time))).toBe(true);
        expect(events.every(({ data }) => before(data['created_at'] ?? 0))).toBe(true);
        const identities = events.map(({ source, id }) => `${source}:${id}`);
        expect(new Set(identities).size).toBe(events.length);
      }),
    );
  });

  test('mostly have rows in most of the reports', () => {
    const histories = fc.sample(historyArb({ today: TODAY, maxEvents: 120 }), {
      numRuns: 40,
      seed: 1,
    });
    const reportsWithRows = histories.map((events) => {
      const model = new Model(events);
      const shown = RANKINGS.filter(
        (ranking) => model.report(...ranking, TODAY_MS / 1000 - 1).rows.length > 0,
      );
      return new Set(shown.map(([subject, report]) => `${subject} ${report}`)).size;
    });
    expect(reportsWithRows.filter((count) => count >= 6).length).toBeGreaterThan(20);
  });

  test('give the same answers for any order and repetition of the events', () => {
    const shuffled = historyArb({ today: TODAY, maxEvents: 60 }).chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([events, again]) => {
        expect(answers(again)).toEqual(answers(events));
      }),
      { numRuns: 50 },
    );
  });

  test('naming an org only removes activity of orgs, and nothing when the user is in that org alone', () => {
    const histories = historyArb({ today: TODAY, maxEvents: 80 });
    const activeOrgs = (events: readonly WireEvent[]) =>
      new Model(events)
        .chart('active_orgs', 'Daily', '2025-09-01', TODAY, TODAY)
        .metrics.map(({ result }) => result);
    const isActivity = ({ type }: WireEvent) => type === 'user.active';
    fc.assert(
      fc.property(histories, (events) => {
        const stripped = events.map((event) =>
          isActivity(event) ? { ...event, data: { user_id: event.data['user_id'] } } : event,
        );
        const [named, unnamed] = [activeOrgs(events), activeOrgs(stripped)];
        expect(named.every((count, day) => count <= unnamed[day]!)).toBe(true);
        const ofOne = stripped.filter(({ data }) => (data['org_id'] ?? 'org') === 'org');
        const naming = ofOne.map((event) =>
          isActivity(event) ? { ...event, data: { ...event.data, org_id: 'org' } } : event,
        );
        expect(activeOrgs(naming)).toEqual(activeOrgs(ofOne));
      }),
      { numRuns: 60 },
    );
  });
});
