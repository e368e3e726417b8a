import { describe, expect, test } from '@jest/globals';
import { Model, type WireEvent } from '../model.js';
import { LONG_AGO, orgs, users } from './asking.js';
import {
  active,
  added,
  deleted,
  orgCreated,
  removed,
  roleChanged,
  second,
  tell,
  userCreated,
  type Identity,
} from './telling.js';

/** The days of March 2026 on which exactly one org was active, as numbers. */
function orgActiveDaysOfMarch(events: WireEvent[]): number[] {
  const days = ['2026-03-01', '2026-03-31', '2026-04-01'] as const;
  const { metrics } = new Model(events).chart('active_orgs', 'Daily', ...days);
  return metrics.filter(({ result }) => result === 1).map(({ date }) => Number(date.slice(8)));
}

describe('memberships', () => {
  test('additions and removals count by the replay, not by the event', () => {
    const events = [
      removed('a', 'org', '2026-03-11'), // no longer a member: nothing
      removed('a', 'org', '2026-03-10'), // 1 removed
      added('a', 'org', '2026-03-06', 'Admin'), // already a member: role only
      added('a', 'org', '2026-03-05'), // 1 added
      removed('b', 'org', '2026-03-12'), // first thing known of b: 1 removed
      removed('b', 'org', '2026-03-13'), // nothing
      roleChanged('c', 'org', '2026-03-14', 'Owner'), // a member, but not an addition
      added('c', 'org', '2026-03-15'), // role only
      orgCreated('org', LONG_AGO),
    ];
    expect(orgs(events, 'attrition', '30')).toEqual([
      {
        org_id: 'org',
        name: 'The org',
        num_users: 1,
        org_created_at: second(LONG_AGO),
        extra_properties: { num_users_added: 1, num_users_removed: 2, net_users_change: -1 },
      },
    ]);
    expect(orgs(events, 'growth', '30')).toEqual([]);
    // a is removed at noon of 03-10: of one day, the moment decides.
    expect(orgs(events, 'growth', '30', second('2026-03-10 11:59:59'))).toMatchObject([
      { num_users: 1, extra_properties: { num_users_added: 1, num_users_removed: 0 } },
    ]);
    expect(orgs(events, 'growth', '30', second('2026-03-10 12:00:00'))).toEqual([]);
  });

  test('steps of one millisecond replay by event id, then source', () => {
    const pair = { user_id: 'u', org_id: 'org' };
    const at = '2026-03-10 10:00';
    const events = (first: Identity, then: Identity) => [
      orgCreated('org', LONG_AGO),
      tell('user.added_to_org', at, pair, then),
      tell('user.removed_from_org', at, pair, first),
    ];
    const removedFirst = [{ num_users: 1, extra_properties: { net_users_change: 0 } }];
    const addedFirst = [{ num_users: 0, extra_properties: { net_users_change: 0 } }];
    const attrition = (first: Identity, then: Identity) =>
      orgs(events(first, then), 'attrition', '30');
    expect(attrition({ id: 'B' }, { id: 'a' })).toMatchObject(removedFirst);
    expect(attrition({ id: 'b' }, { id: 'a' })).toMatchObject(addedFirst);
    expect(attrition({ id: '\uFB00' }, { id: '\u{1F600}' })).toMatchObject(removedFirst);
    const a = { id: 'x', source: 'a' };
    const b = { id: 'x', source: 'b' };
    expect(attrition(a, b)).toMatchObject(removedFirst);
    expect(attrition(b, a)).toMatchObject(addedFirst);
  });

  test('of a source that cannot order its messages, the one received first comes first', () => {
    const at = '2026-03-10 10:00';
    const step = (type: string, id: string, receivedAt?: number) => ({
      ...tell(type, at, { user_id: 'u', org_id: 'org' }, { id }),
      ...(receivedAt !== undefined && { receivedAt }),
    });
    const members = (...steps: WireEvent[]) =>
      orgs([orgCreated('org', LONG_AGO), ...steps], 'attrition', '30')[0]?.num_users;
    const removal = step('user.removed_from_org', 'z', 1_773_136_800_001);
    const addition = (receivedAt?: number) => step('user.added_to_org', 'a', receivedAt);
    expect(members(addition(1_773_136_800_002), removal)).toBe(1);
    expect(members(addition(1_773_136_800_000), removal)).toBe(0);
    // Of one millisecond: the id decides.
    expect(members(addition(1_773_136_800_001), removal)).toBe(0);
    // Against another source the key decides as text: '1…' comes before 'a'.
    expect(members(addition(), removal)).toBe(1);
  });

  test('org_data has the open spans of now in existing orgs, with the role of the span', () => {
    const events = [
      userCreated('u', '2026-03-05'),
      ...['kept', 'reset', 'gone', 'Late', 'told twice'].map((id) => orgCreated(id, '2026-03-05')),
      added('u', 'kept', '2026-03-06', 'Owner'),
      added('u', 'kept', '2026-03-07'),
      added('u', 'reset', '2026-03-06', 'Owner'),
      removed('u', 'reset', '2026-03-07'),
      added('u', 'reset', '2026-03-08'),
      added('u', 'told twice', '2026-03-06', 'Owner'),
      added('u', 'told twice', '2026-03-07', 'Guest'),
      added('u', 'gone', '2026-03-06'),
      deleted('org', 'gone', '2026-03-07'),
      added('u', 'only an id', '2026-03-06'),
      roleChanged('u', 'Late', '2026-03-29', 'Owner'),
      roleChanged('u', 'Late', '2026-03-30', 'Admin'),
      tell('org.updated', '2026-03-30', { org_id: 'Late', name: 'Renamed' }),
    ];
    const entry = (org_id: string, display_name: string, role: string) => {
      return { org_id, display_name, user_role: role, userRole: role };
    };
    expect(users(events, 'champion', '30', second('2026-03-09'))[0]?.org_data).toEqual([
      entry('Late', 'Renamed', 'Admin'),
      entry('kept', 'The kept', 'Owner'),
      entry('reset', 'The reset', 'Member'),
      entry('told twice', 'The told twice', 'Guest'),
    ]);
  });

  test("a user's deletion is a removal from each org they are in, and ends the replay", () => {
    const events = [
      orgCreated('left', LONG_AGO),
      orgCreated('in', LONG_AGO),
      added('u', 'in', '2026-02-01'),
      added('u', 'left', '2026-02-01'),
      removed('u', 'left', '2026-02-02'),
      deleted('user', 'u', '2026-03-10'),
      added('u', 'in', '2026-03-11'),
      removed('u', 'in', '2026-03-12'),
      added('u', 'left', '2026-03-12'),
    ];
    expect(orgs(events, 'attrition', '30')).toMatchObject([
      {
        org_id: 'in',
        num_users: 0,
        extra_properties: { num_users_added: 0, net_users_change: -1 },
      },
    ]);
    expect(orgs(events, 'growth', '30')).toEqual([]);
  });

  test('a span covers its first and its last day whole, an unknown start has no limit', () => {
    const activity = active('u', ...[1, 2, 3, 5, 6].map((day) => `2026-03-0${day} 00:00`));
    const span = [added('u', 'org', '2026-03-02'), removed('u', 'org', '2026-03-05')];
    expect(orgActiveDaysOfMarch([...span, ...activity])).toEqual([2, 3, 5]);
    expect(orgActiveDaysOfMarch([span[1]!, ...activity])).toEqual([1, 2, 3, 5]);
    const changed = roleChanged('u', 'org', '2026-03-05', 'Admin');
    expect(orgActiveDaysOfMarch([changed, ...activity])).toEqual([1, 2, 3, 5, 6]);
    const closed = [changed, deleted('org', 'org', '2026-03-05 13:00'), ...activity];
    expect(orgActiveDaysOfMarch(closed)).toEqual([1, 2, 3, 5]);
  });

  test('an unknown start reaches back to the latest removal step before it, also one that did not count', () => {
    const events = [
      added('u', 'org', '2026-03-02'),
      removed('u', 'org', '2026-03-04'),
      removed('u', 'org', '2026-03-08'), // not a member: does not count
      roleChanged('u', 'org', '2026-03-10', 'Admin'),
      removed('u', 'org', '2026-03-20'),
      ...active(
        'u',
        ...['01', '06', '07', '08', '09', '12', '20', '21'].map((day) => `2026-03-${day}`),
      ),
    ];
    expect(orgActiveDaysOfMarch(events)).toEqual([8, 9, 12, 20]);
    expect(orgActiveDaysOfMarch(events.toSpliced(2, 1))).toEqual([6, 7, 8, 9, 12, 20]);
    expect(orgActiveDaysOfMarch(events.filter(({ type }) => !type.includes('role')))).toEqual([]);
  });
});
