import { describe, expect, test } from '@jest/globals';
import { Model, RANKINGS, type WireEvent } from '../model.js';
import { LONG_AGO, T, ids, orgs } from './asking.js';
import {
  active,
  added,
  deleted,
  invited,
  orgCreated,
  removed,
  roleChanged,
  second,
  tell,
} from './telling.js';

/** An org into which `ins` users came, and of which `outs` others left, in March 2026. */
function moved(orgId: string, ins: number, outs: number): WireEvent[] {
  const people = (n: number) => Array.from({ length: n }, (_, i) => `${orgId}${i}`);
  return [
    orgCreated(orgId, LONG_AGO),
    ...people(ins).map((id) => added(`in ${id}`, orgId, '2026-03-10')),
    ...people(outs).map((id) => removed(`out ${id}`, orgId, '2026-03-11')),
  ];
}

describe('org reports', () => {
  test('an org is active through whoever was a member that day, gone since or never created', () => {
    const joined = '2025-06-02';
    const events = [
      ...['back', 'former', 'ghost', 'outside'].flatMap((id) => [
        orgCreated(id, LONG_AGO),
        added(`of ${id}`, id, joined),
      ]),
      ...active('of back', '2026-03-17', '2026-03-25 00:00'),
      removed('of former', 'former', '2026-03-26 12:00'),
      ...active('of former', '2026-03-26 18:00'),
      ...active('of ghost', '2026-03-27'),
      deleted('user', 'of ghost', '2026-03-28'),
      removed('of outside', 'outside', '2026-03-24 23:59:59.999'),
      ...active('of outside', '2026-03-25 00:00'),
      orgCreated('edge', '2026-03-24 23:59'),
      orgCreated('young', '2026-03-25 00:00'),
    ];
    expect(ids(orgs(events, 'reengagement', 'Weekly'))).toEqual(['back', 'former', 'ghost']);
    expect(orgs(events, 'reengagement', 'Weekly').map((row) => row.num_users)).toEqual([1, 0, 0]);
    expect(ids(orgs(events, 'churn', '7'))).toEqual(['outside', 'edge']);
    const wakingInP = [...events, ...active('of back', '2026-03-24 23:59')];
    expect(ids(orgs(wakingInP, 'reengagement', 'Weekly'))).toEqual(['former', 'ghost']);
  });

  test('a step after T does not reach back into a report as of T', () => {
    const events = [
      orgCreated('org', LONG_AGO),
      roleChanged('u', 'org', '2026-03-20', 'Admin'),
      ...active('u', '2026-03-05'),
    ];
    const asOfThe10th = orgs(events, 'churn', '7', second('2026-03-10 23:59:59'));
    expect(asOfThe10th).toMatchObject([{ org_id: 'org', num_users: 0 }]);
    expect(orgs(events, 'churn', '30')).toEqual([]);
    expect(orgs(events, 'churn', '7')).toMatchObject([{ org_id: 'org', num_users: 1 }]);
  });

  test('an active day that began before T counts whole, a step of that day only up to T', () => {
    const events = [
      orgCreated('org', LONG_AGO),
      added('u', 'org', '2026-03-30'),
      ...active('u', '2026-03-31 18:00'),
      orgCreated('joined later', LONG_AGO),
      added('v', 'joined later', '2026-03-31 18:00'),
      ...active('v', '2026-03-31 18:00'),
    ];
    const at = (when: string) => ids(orgs(events, 'churn', '7', second(when)));
    expect(at('2026-03-31 17:59:59')).toEqual(['joined later']);
    expect(at('2026-03-31 18:00:00')).toEqual([]);
  });

  test('churned orgs order by users down, then created up, then the bytes of the id', () => {
    const events = [
      orgCreated('x', '2025-06-01'),
      orgCreated('y', '2025-05-01 12:00:00.1'),
      orgCreated('Z', '2025-05-01 12:00:00.9'),
      orgCreated('full', '2026-01-01'),
      added('u', 'full', '2026-01-02'),
    ];
    expect(ids(orgs(events, 'churn', '7'))).toEqual(['full', 'Z', 'y', 'x']);
  });

  test('growth orders by net down, added down, id; attrition by removed down, net up, id', () => {
    const grown = [
      ...moved('a', 2, 0),
      ...moved('b', 3, 1),
      ...moved('C', 2, 0),
      ...moved('d', 1, 0),
      ...moved('e', 3, 0),
      ...moved('even', 2, 2),
    ];
    expect(ids(orgs(grown, 'growth', '30'))).toEqual(['e', 'b', 'C', 'a', 'd']);
    const shrunk = [
      ...moved('t', 3, 1),
      ...moved('r', 0, 1),
      ...moved('q', 1, 2),
      ...moved('p', 0, 2),
      ...moved('S', 0, 1),
      ...moved('none', 2, 0),
    ];
    expect(ids(orgs(shrunk, 'attrition', '30'))).toEqual(['p', 'q', 'S', 'r', 't']);
  });

  test('numbers are those of T, the name is that of now', () => {
    const events = [
      ...moved('org', 2, 1),
      removed('in org0', 'org', '2026-03-20'),
      tell('org.updated', '2026-03-25', { org_id: 'org', name: 'Now' }),
      tell('org.updated', '2026-03-26', { org_id: 'org' }),
    ];
    expect(orgs(events, 'growth', '30', second('2026-03-15'))).toMatchObject([
      { name: 'Now', num_users: 2, extra_properties: { num_users_added: 2, num_users_removed: 1 } },
    ]);
  });

  test('a deleted org is in the lists of before only by its place in their count', () => {
    const model = new Model([...moved('org', 1, 0), deleted('org', 'org', '2026-03-20')]);
    const growth = (at: number) => model.report('org', 'growth', '30', at);
    expect(growth(second('2026-03-19'))).toEqual({ total_count: 1, rows: [] });
    expect(growth(T)).toEqual({ total_count: 0, rows: [] });
  });

  test('who is known only by id has no row in any report, and counts in the charts', () => {
    const model = new Model([
      added('u', 'org', '2026-03-20'),
      removed('v', 'org', '2026-03-21'),
      invited('u', 'ann@example.com', '2026-03-22'),
      ...active('u', '2026-03-31'),
      tell('user.updated', '2026-03-23', { user_id: 'u', email: 'u@example.com' }),
      tell('org.updated', '2026-03-23', { org_id: 'org', name: 'Acme' }),
    ]);
    expect(RANKINGS).toHaveLength(22);
    for (const ranking of RANKINGS) {
      expect(model.report(...ranking, T)).toEqual({ total_count: 0, rows: [] });
    }
    const results = (['active_users', 'active_orgs', 'signups', 'orgs_created'] as const).map(
      (metric) => model.chart(metric, 'Daily', '2026-03-31', '2026-03-31', '2026-04-01'),
    );
    expect(results.map(({ metrics }) => metrics[0]?.result)).toEqual([1, 1, 0, 0]);
  });
});
